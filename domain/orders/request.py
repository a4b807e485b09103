"""Signals as they are sent, and what about them can mean nothing (R5, R13-R17)."""

from datetime import datetime
from decimal import Decimal
from enum import Enum

from domain.instruments import AssetClass
from domain.money import HUNDRED, ZERO, is_multiple, nearest, percent_of, plain, times
from domain.notation import Price
from domain.orders.side import Pattern, Side
from domain.orders.trailing_stop import TrailingStop
from domain.records import dataclass
from domain.validation import (
    Invalid,
    require,
    require_above_zero,
    require_between,
    require_note,
    require_price,
    require_symbol,
    require_text,
    require_up_to,
    require_utc,
)


class EntryType(Enum):
    """How a signal enters (R15)."""

    MARKET = "MARKET"
    NEXT_OPEN = "NEXT_OPEN"
    LIMIT = "LIMIT"
    STOP = "STOP"
    AT_CLOSE = "AT_CLOSE"

    @property
    def has_price(self) -> bool:
        """Whether it enters at a price of its own."""
        return self in (EntryType.LIMIT, EntryType.STOP)

    @property
    def slips(self) -> bool:
        """Whether its fill pays slippage (R10)."""
        return self is not EntryType.LIMIT


class TimeInForce(Enum):
    """How long a signal may wait (R16)."""

    GTC = "GTC"
    DAY = "DAY"
    GTD = "GTD"
    IOC = "IOC"


@dataclass(frozen=True, slots=True)
class Request:
    """A signal as it was sent, before the desk's defaults; None is what was left out."""

    symbol: str
    stop_loss: Price | None = None
    target1: Price | None = None
    target2: Price | None = None
    asset_class: AssetClass = AssetClass.STOCK
    side: Side | None = None
    pattern: Pattern | None = None
    phase: str | None = None
    timeframe: str | None = None
    confidence: Decimal | None = None
    source: str | None = None
    campaign_id: str | None = None
    note: str | None = None
    timestamp: datetime | None = None
    entry: EntryType = EntryType.MARKET
    entry_price: Price | None = None
    good_until: datetime | None = None
    market_price: Price | None = None
    quantity: Decimal | None = None
    risk_percent: Decimal | None = None
    scale_out_percent: Decimal | None = None
    break_even_after_target1: bool | None = None
    trailing_stop: TrailingStop | None = None
    expires_at: datetime | None = None
    stop_distance: Price | None = None
    stop_percent: Decimal | None = None
    target1_r: Decimal | None = None
    target2_r: Decimal | None = None
    time_in_force: TimeInForce | None = None

    def __post_init__(self) -> None:
        require_symbol(self.symbol)
        self._require_prices()
        self._require_levels()
        self._require_size()
        self._require_time_in_force()
        self._require_entry()
        require_text("phase", self.phase)
        require_text("timeframe", self.timeframe)
        require_text("source", self.source)
        require_text("campaign_id", self.campaign_id)
        require_note("note", self.note)
        for name, time in (
            ("timestamp", self.timestamp),
            ("good_until", self.good_until),
            ("expires_at", self.expires_at),
        ):
            if time is not None:
                require_utc(name, time)
        require(
            self.side is not None or self.pattern is not None, "give side, or a pattern that implies it (R13)", "side"
        )

    def _require_prices(self) -> None:
        for name, price in (
            ("stop_loss", self.stop_loss),
            ("target1", self.target1),
            ("target2", self.target2),
            ("entry_price", self.entry_price),
            ("market_price", self.market_price),
            ("stop_distance", self.stop_distance),
        ):
            if price is not None:
                require_price(name, price)
        for name, percent in (("confidence", self.confidence), ("scale_out_percent", self.scale_out_percent)):
            if percent is not None:
                require_between(name, percent, ZERO, HUNDRED)
        for name in ("stop_percent", "target1_r", "target2_r"):
            if (figure := getattr(self, name)) is not None:
                require_above_zero(name, figure)

    def _require_levels(self) -> None:
        for names in _EITHER:
            given = [name for name in names if getattr(self, name) is not None]
            if len(given) > 1:
                raise Invalid(f"give `{given[0]}` or `{given[1]}`, not both (R14)", given[1])
        if self.target1 is None and self.target1_r is None:
            for name in ("target2", "target2_r"):
                require(getattr(self, name) is None, f"`{name}` needs a `target1` or a `target1_r` (R14)", name)
        if not self.has_stop:
            for name in ("target1_r", "target2_r", "risk_percent"):
                require(getattr(self, name) is None, _needs_stop(name), name)
            asked = self.trailing_stop
            require(asked is None or asked.activation_r is None, _needs_stop(_ACTIVATION_R), _ACTIVATION_R)

    def _require_size(self) -> None:
        both_or_neither = (self.quantity is None) == (self.risk_percent is None)
        require(not both_or_neither, "give exactly one of quantity and `risk_percent` (R17)", "quantity")
        if self.risk_percent is not None:
            require_up_to("risk_percent", self.risk_percent, HUNDRED)
        if self.quantity is not None:
            step = self.asset_class.step
            require_above_zero("quantity", self.quantity)
            if not is_multiple(self.quantity, step):
                rule = f"quantity of a {self.asset_class.value} must be a multiple of {plain(step)}"
                raise Invalid(f"{rule}, not {plain(self.quantity)}", "quantity")

    def _require_entry(self) -> None:
        entry = self.entry
        if entry.has_price:
            require(self.entry_price is not None, f"entry {entry.value} needs an `entry_price`", "entry_price")
        elif self.entry_price is not None:
            raise Invalid(f"entry {entry.value} takes no `entry_price`", "entry_price")
        if entry is EntryType.MARKET:
            require(self.good_until is None, "entry MARKET fills at once and takes no `good_until`", "good_until")
        else:
            require(self.market_price is None, f"entry {entry.value} takes no `market_price`", "market_price")

    def _require_time_in_force(self) -> None:
        match self.time_in_force:
            case TimeInForce.DAY:
                message = "`time_in_force` DAY needs a market's hours, which no calendar here tells yet: use GTD (R16)"
                raise Invalid(message, "time_in_force")
            case TimeInForce.GTD:
                require(self.good_until is not None, "`time_in_force` GTD needs a `good_until` (R16)", "good_until")
            case TimeInForce.GTC | TimeInForce.IOC as chosen:
                message = f"`time_in_force` {chosen.value} takes no `good_until` (R16)"
                require(self.good_until is None, message, "good_until")
        if self.time_in_force is TimeInForce.IOC and self.entry not in (EntryType.MARKET, EntryType.LIMIT):
            message = f"entry {self.entry.value} cannot fill at once: `time_in_force` IOC is for MARKET and LIMIT (R16)"
            raise Invalid(message, "time_in_force")

    @property
    def resolved_time_in_force(self) -> TimeInForce:
        """How long it may wait: as given, else to `good_until` if there is one, else until it is cancelled (R16)."""
        return self.time_in_force or (TimeInForce.GTC if self.good_until is None else TimeInForce.GTD)

    @property
    def fills_now_or_never(self) -> bool:
        """Whether it does not wait: what cannot fill as it is sent is cancelled, or refused."""
        return self.entry is EntryType.MARKET or self.time_in_force is TimeInForce.IOC

    @property
    def has_stop(self) -> bool:
        """Whether a position of it has a stop from its entry on."""
        given = (self.stop_loss, self.stop_distance, self.stop_percent)
        return any(value is not None for value in given) or self._trails_at_once

    @property
    def stop_field(self) -> str:
        """The field that its first stop comes from, or would."""
        for name in ("stop_distance", "stop_percent"):
            if getattr(self, name) is not None:
                return name
        return "trailing_stop" if self.stop_loss is None and self._trails_at_once else "stop_loss"

    @property
    def target1_field(self) -> str:
        """The field that its first target comes from, or would."""
        return "target1" if self.target1_r is None else "target1_r"

    @property
    def _trails_at_once(self) -> bool:
        return self.trailing_stop is not None and self.trailing_stop.begins_at_once

    def first_stop(self, fill: Decimal) -> Decimal | None:
        """The stop of a position that is filled at a price (R14): as given, or so far from there, to 8 places.

        Where none is given and a trailing stop begins at once, that is the first.
        """
        if self.stop_loss is not None:
            return self.stop_loss
        if self.stop_distance is not None:
            distance = self.stop_distance
        elif self.stop_percent is not None:
            distance = percent_of(self.stop_percent, fill)
        elif self.trailing_stop is not None and self.trailing_stop.begins_at_once:
            distance = self.trailing_stop.offset_at(fill)
        else:
            return None
        return nearest(self.resolved_side.after(fill, times(-1, distance)))

    @property
    def resolved_side(self) -> Side:
        """The side given, else the one that the pattern implies (R13)."""
        if self.side is not None:
            return self.side
        assert self.pattern is not None  # noqa: S101 - the constructor saw to it
        return self.pattern.side


_EITHER = (("stop_loss", "stop_distance", "stop_percent"), ("target1", "target1_r"), ("target2", "target2_r"))
"""A level is given in one of these ways, if at all."""
_ACTIVATION_R = "trailing_stop.activation_r"


def _needs_stop(name: str) -> str:
    ways = "`stop_loss`, `stop_distance`, `stop_percent`, or a `trailing_stop` that begins at once"
    return f"`{name}` needs a stop to be reckoned from: {ways} (R14)"
