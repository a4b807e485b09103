"""Change an open position: its levels, its expiry, its campaign, its note (R41)."""

from datetime import datetime

from domain.engine.amending import MOST_EARLIER, Amendable, amended_so_far, changes_between, require_as_known
from domain.engine.commands import AmendPosition, Times
from domain.engine.context import DecisionContext
from domain.engine.decide.open_position import open_position
from domain.engine.events import PositionEvent, PositionEventKind
from domain.engine.state import Desk
from domain.matching.exit_rules import leaves_at_first_target
from domain.money import BOUND, ZERO, nearest, product
from domain.notation import print_time
from domain.orders.amendment import PositionAmendment, amendable
from domain.orders.checks import require_levels_ahead
from domain.orders.levels import require_trail
from domain.orders.signal import EarlierLevels
from domain.orders.timing import require_after, require_not_ahead, require_not_late
from domain.orders.trailing_stop import Trail, TrailingStop
from domain.portfolio.position import Position, PositionStatus, StopLevel
from domain.portfolio.valuation import mark_of
from domain.records import replace
from domain.refusals import ErrorCode, Refused, refuse, shown
from domain.risk.limits import Assessment, assess_held
from domain.validation import Invalid, require


def amend_position(desk: Desk, context: DecisionContext, command: AmendPosition, times: Times) -> None:
    """Amend an open position. Raises Refused and Invalid."""
    position = open_position(desk, context, command)
    assessment, amended, time = _considered(context, position, command, times)
    if assessment.refusal is not None:
        raise Refused(assessment.refusal)
    changes = changes_between(_figures(position), _figures(amended))
    if changes:
        mark = mark_of(amended, context.markets)
        context.record(PositionEvent(PositionEventKind.AMENDED, amended, mark, time, changes))


def preview_position_amendment(
    desk: Desk, context: DecisionContext, command: AmendPosition, times: Times
) -> Assessment:
    """The decision and figures of an amendment, without doing anything. Raises Refused and Invalid."""
    position = open_position(desk, context, command)
    return _considered(context, position, command, times)[0]


def _considered(
    context: DecisionContext, position: Position, command: AmendPosition, times: Times
) -> tuple[Assessment, Position, datetime]:
    """What the position would be, from when on, and whether the account can bear it. Raises Refused and Invalid."""
    now = {**_figures(position), "note": None}
    require_as_known("position", position.changed_seq, command.as_of, context.account.seq, _became(position), now)
    if command.timestamp is not None:
        require_not_ahead(command.timestamp, times.recorded_at)
        require_not_late(context.market(position.symbol), command.timestamp, context.account.settings.max_price_age)
    time = max(command.timestamp or times.clock, position.plan.amended_at or position.entry_time, position.entry_time)
    amended = _amended(position, command.amendment, time)
    _require_levels(context, position, amended, command.amendment)
    return assess_held(context.account, context.markets, position, amended), amended, time


def _amended(position: Position, amendment: PositionAmendment, time: datetime) -> Position:
    after = {**_figures(position), **{name: getattr(amendment, name) for name in amendment.given}}
    if amendment.trailing_stop is not None:
        after["trailing_stop"] = _trail(position, amendment.trailing_stop)
    expires_at = after["expires_at"]
    if "expires_at" in amendment.given and isinstance(expires_at, datetime):
        require_after("expires_at", expires_at, time, "amendment")
    moved = position
    if after["stop_loss"] != position.stop:
        level = StopLevel(amendment.stop_loss, time, is_amended=True)
        oldest = position.stops[-MOST_EARLIER].since if len(position.stops) >= MOST_EARLIER else None
        moved = position.with_stop(level, oldest)
    has_target1 = after["target1"] is not None or after["target2"] is None
    takes_target1_away = "target1" in amendment.given and "target2" not in amendment.given
    field = "target1" if takes_target1_away else "target2"
    require(has_target1, "`target2` needs a `target1` (R14)", field)
    plan = replace(position.plan, expires_at=expires_at, amended_at=time)
    changed = {name for name, value in _figures(position).items() if after[name] != value}
    if changed & {"stop_loss", "target1", "target2"}:
        plan = replace(plan, earlier=_earlier(position, time))
    if changed & {"stop_loss", "trailing_stop"}:
        plan = replace(plan, trails_from=time)
    own = {name: after[name] for name in ("target1", "target2", "campaign_id", "note")}
    return replace(moved, plan=plan, trail=after["trailing_stop"], amendments=position.amendments + 1, **own)


def _trail(position: Position, asked: TrailingStop) -> Trail:
    """A trailing stop as prices: what is relative is reckoned from the entry, and in units of the first stop's distance
    from there (R14)."""
    entry, first = position.entry_price, position.initial_stop
    activation = asked.activation
    if asked.activation_r is not None:
        field = "trailing_stop.activation_r"
        if first is None:
            raise Invalid(f"`{field}` needs a stop that the position was entered with: give a price (R14)", field)
        activation = nearest(position.side.after(entry, product(asked.activation_r, abs(entry - first))))
        require(ZERO < activation < BOUND, f"`{field}` gives {shown(activation)}, which is no price (R14)", field)
    offset = asked.offset_at(entry)
    field = "trailing_stop.percent"
    require(ZERO < offset < BOUND, f"`{field}` gives no distance that can be followed at (R14)", field)
    return Trail(offset, activation, asked.step)


def _earlier(position: Position, time: datetime) -> tuple[EarlierLevels, ...]:
    """The levels that bars under way may still meet, the newest of them."""
    now = EarlierLevels(time, position.stop, position.target1, position.target2)
    return (*(position.plan.earlier or ())[1 - MOST_EARLIER :], now)


def _require_levels(
    context: DecisionContext, position: Position, amended: Position, amendment: PositionAmendment
) -> None:
    """The levels lie in their order, and the last price has not passed one that is new. Raises Refused."""
    if amended.target1 != position.target1 and position.status is PositionStatus.TARGET_1_HIT:
        message = "target 1 was reached already: amend `target2`, or the stop (R41)"
        raise refuse(ErrorCode.INVALID_LEVELS, message, field="target1")
    last = mark_of(position, context.markets).price
    if amendment.trailing_stop is not None and amended.trail is not None and amended.trail != position.trail:
        require_trail(position.side, amendment.trailing_stop, amended.trail, last)
    # A first target at which nothing more leaves lies behind the price, and limits no stop.
    is_behind = amended.target1 == position.target1 and not leaves_at_first_target(amended)
    require_levels_ahead(
        position.side,
        last,
        amendment.given,
        stop=(position.stop, amended.stop),
        target1=(None, None) if is_behind else (position.target1, amended.target1),
        target2=(position.target2, amended.target2),
    )


def _became(position: Position) -> str:
    """What has happened to a position, in words."""
    last = position.fills[-1]
    quantities = f"{shown(position.open_quantity)} of {shown(position.quantity)} open"
    filled = f"last filled at {print_time(last.time)}, {last.reason.value}"
    amended = amended_so_far(position.amendments, position.plan.amended_at)
    return ", ".join(part for part in (quantities, filled, amended) if part)


def _figures(position: Position) -> dict[str, Amendable]:
    """What can be amended, as it is."""
    plan = position.plan
    held: dict[str, Amendable] = {
        "stop_loss": position.stop,
        "target1": position.target1,
        "target2": position.target2,
        "trailing_stop": position.trail,
        "expires_at": plan.expires_at,
        "campaign_id": position.campaign_id,
        "note": position.note,
    }
    return {name: held[name] for name in amendable(PositionAmendment)}
