"""How a signal may be dated, held to the wall clock (R2, R15) and to the market (R15); whether it came live (R36)."""

from datetime import datetime, timedelta

from domain.durations import seconds, shown_span
from domain.market.state import Market
from domain.notation import print_time
from domain.orders.request import Request
from domain.orders.signal import Signal
from domain.refusals import ErrorCode, refuse
from domain.validation import Invalid, require

_CLOCK_TOLERANCE = timedelta(minutes=1)


def latest_time(recorded_at: datetime) -> datetime:
    """The latest time that a client may send: a minute after the wall clock, for clocks differ."""
    return recorded_at + _CLOCK_TOLERANCE


def require_times(request: Request, timestamp: datetime, recorded_at: datetime) -> None:
    """The times of a signal make sense together, and none lies ahead of the wall clock. Raises Invalid."""
    require_not_ahead(timestamp, recorded_at)
    for name, time in (("good_until", request.good_until), ("expires_at", request.expires_at)):
        if time is not None:
            require_after(name, time, timestamp, "signal")


def require_after(field: str, value: datetime, other: datetime, whose: str) -> None:
    """A time after another one, which is `whose` timestamp. Raises Invalid."""
    if value <= other:
        message = f"`{field}` {print_time(value)} must be after the {whose}'s timestamp, {print_time(other)}"
        raise Invalid(message, field)


def require_not_ahead(timestamp: datetime, recorded_at: datetime) -> None:
    """A timestamp is no later than a minute after the wall clock. Raises Invalid."""
    require(timestamp <= latest_time(recorded_at), "timestamp lies more than a minute in the future", "timestamp")


def require_not_late(market: Market, timestamp: datetime, max_age: timedelta) -> None:
    """A timestamp does not lie before the symbol's last price by `max_age` or more (R15). Raises Refused."""
    last = market.last
    if last is None or timestamp >= last.time or last.time - timestamp < max_age:
        return
    lateness = last.time - timestamp
    message = (
        f"the timestamp {print_time(timestamp)} lies {shown_span(lateness)} before the last price of {market.symbol}, "
        f"of {print_time(last.time)}: {shown_span(max_age)} or more is late (R15)"
    )
    raise refuse(ErrorCode.LATE_SIGNAL, message, field="timestamp", limit=seconds(max_age), actual=seconds(lateness))


def is_live(signal: Signal, max_age: timedelta) -> bool:
    """Whether a signal was recorded within `max_age` of its timestamp, so that its trade is a rehearsal (R36)."""
    return abs(signal.recorded_at - signal.timestamp) <= max_age
