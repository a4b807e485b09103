"""The rules of exits: where a bar or quote takes a position out, and at which price (R21-R27). Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from domain.instruments import AssetClass
from domain.market.bar import Bar
from domain.market.update import MarketUpdate
from domain.money import ZERO, down_to, percent_of
from domain.orders.request import EntryType
from domain.orders.signal import ExitPlan
from domain.portfolio.fill import FillReason
from domain.portfolio.position import Position, PositionStatus
from domain.portfolio.settings import IntrabarPolicy, LimitFill
from domain.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Exit:
    """An exit that a bar or quote causes, before costs."""

    reason: FillReason
    quantity: Decimal
    raw_price: Decimal
    gap: bool = False
    ambiguous: bool = False

    @property
    def slips(self) -> bool:
        """Whether it pays slippage: all but targets do (R10)."""
        return self.reason not in (FillReason.TARGET_1, FillReason.TARGET_2)


@dataclass(frozen=True, slots=True)
class _Target:
    reason: FillReason
    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class _Met:
    """What counts as met inside a bar: the stop, if it is, and which targets."""

    stop: Decimal | None
    targets: tuple[_Target, ...]


def can_take_out(position: Position, update: MarketUpdate) -> bool:
    """Whether a bar or quote can take the position out: not one that was under way when it was entered."""
    return update.start >= position.entry_time


def next_target(position: Position) -> Decimal | None:
    """The first target at which something leaves, if there is one."""
    if position.target2 is None:
        return None if position.status is PositionStatus.TARGET_1_HIT else position.target1
    targets = _targets(position)
    return targets[0].price if targets else None


def leaves_at_first_target(position: Position) -> bool:
    """Whether anything is still to leave at the first target."""
    return any(target.reason is FillReason.TARGET_1 for target in _targets(position))


def due_at(position: Position) -> datetime | None:
    """When the position expires, if it does: its own time or its holding days, whichever is first (R27)."""
    expires_at, days = position.plan.expires_at, position.plan.max_holding_days
    if days is None:
        return expires_at
    held_until = position.entry_time + timedelta(days=days)
    return held_until if expires_at is None else min(expires_at, held_until)


def exits_at_open(position: Position, update: MarketUpdate) -> list[Exit]:
    """Exits at the open of a bar or at a quote (R21), and of what is left, the expiry of a position that is due (R27).

    One that opens beyond the stop fills at its open: the market never traded at the better price.
    """
    side, left = position.side, position.open_quantity
    if _is_stopped(position, update.open, position.stop_at(update.start)):
        return [Exit(FillReason.STOP_LOSS, left, update.open, gap=True)]
    reached = [target for target in _targets(position) if side.has_reached(update.open, target.price)]
    exits = [Exit(target.reason, target.quantity, update.open, gap=True) for target in reached]
    left -= _quantity(exits)
    due = due_at(position)
    if left > ZERO and due is not None and update.start >= due:
        exits.append(Exit(FillReason.EXPIRED, left, update.open))
    return exits


def exits_inside(position: Position, bar: Bar, policy: IntrabarPolicy, limit_fill: LimitFill) -> list[Exit]:
    """Exits inside a bar that the position sees whole (R22, R49); stop and target both met cannot be ordered (R23)."""
    stop = position.stop_at(bar.start)
    met = _met(position, bar, stop, limit_fill)
    exits = _ordered(position, met, policy)
    return _flagged(exits, _ordered(position, met, policy.other)) if met.stop is not None and met.targets else exits


def exits_after_entry_inside(
    position: Position, bar: Bar, entry: EntryType, policy: IntrabarPolicy, limit_fill: LimitFill
) -> tuple[list[Exit], bool]:
    """Exits inside the bar that the position was entered in (R24), and whether the entry itself is ambiguous.

    Only levels certain to have been met after the entry count for sure; the policy decides about the rest.
    """
    met = _met(position, bar, position.stop, limit_fill)
    ours, theirs = (
        _ordered(position, _counted(position, bar, entry, met, assumed, limit_fill), assumed)
        for assumed in (policy, policy.other)
    )
    return _flagged(ours, theirs), not ours and ours != theirs


def scaled_out(plan: ExitPlan, quantity: Decimal, asset_class: AssetClass) -> Decimal:
    """What leaves at the first of two targets, of a quantity that is open then (R25)."""
    return down_to(percent_of(plan.scale_out_percent, quantity), asset_class.step)


def _targets(position: Position) -> list[_Target]:
    """The targets still ahead, with what exits at each (R25)."""
    left = position.open_quantity
    if position.target1 is None:
        return []
    if position.target2 is None:
        if position.status is PositionStatus.TARGET_1_HIT:
            return []
        return [_Target(FillReason.TARGET_1, position.target1, left)]
    scaled = ZERO
    if position.status is PositionStatus.OPEN:
        scaled = scaled_out(position.plan, left, position.asset_class)
    both = (
        _Target(FillReason.TARGET_1, position.target1, scaled),
        _Target(FillReason.TARGET_2, position.target2, left - scaled),
    )
    return [target for target in both if target.quantity > ZERO]


def _is_stopped(position: Position, price: Decimal, stop: Decimal | None) -> bool:
    return stop is not None and position.side.has_fallen_to(price, stop)


def _met(position: Position, bar: Bar, stop: Decimal | None, limit_fill: LimitFill) -> _Met:
    side = position.side
    best = side.best_of(bar)
    targets = tuple(target for target in _targets(position) if limit_fill.fills(side.gain(target.price, best)))
    return _Met(stop if _is_stopped(position, side.worst_of(bar), stop) else None, targets)


def _counted(
    position: Position, bar: Bar, entry: EntryType, met: _Met, policy: IntrabarPolicy, limit_fill: LimitFill
) -> _Met:
    """What counts of what was met, for a position entered inside `bar`, under a policy (R24)."""
    side, optimistic = position.side, policy is IntrabarPolicy.OPTIMISTIC
    stop_counts = entry is EntryType.LIMIT or not optimistic or _is_stopped(position, bar.close, position.stop)
    targets = tuple(
        target
        for target in met.targets
        if entry is EntryType.STOP or optimistic or limit_fill.fills(side.gain(target.price, bar.close))
    )
    return _Met(met.stop if stop_counts else None, targets)


def _ordered(position: Position, met: _Met, policy: IntrabarPolicy) -> list[Exit]:
    """The exits in the order the policy assumes (R23): the stop first, or the targets and the stop for the rest."""
    if met.stop is not None and policy is IntrabarPolicy.PESSIMISTIC:
        return [Exit(FillReason.STOP_LOSS, position.open_quantity, met.stop)]
    exits = [Exit(target.reason, target.quantity, target.price) for target in met.targets]
    left = position.open_quantity - _quantity(exits)
    if met.stop is not None and left > ZERO:
        exits.append(Exit(FillReason.STOP_LOSS, left, met.stop))
    return exits


def _flagged(exits: list[Exit], under_other_policy: list[Exit]) -> list[Exit]:
    if exits == under_other_policy:
        return exits
    return [replace(exit_, ambiguous=True) for exit_ in exits]


def _quantity(exits: Iterable[Exit]) -> Decimal:
    return sum((exit_.quantity for exit_ in exits), ZERO)
