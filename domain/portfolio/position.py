"""What one signal opened, and the stops that it has had (R21-R30)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from domain.instruments import AssetClass
from domain.market.state import Mark, Market
from domain.money import ZERO, amount, product, quotient, rounded, share
from domain.orders.side import Pattern, Side
from domain.orders.signal import ExitPlan
from domain.orders.trailing_stop import Trail
from domain.portfolio.fill import Fill, FillReason
from domain.records import dataclass, replace


class PositionStatus(Enum):
    """Where a position stands (R33)."""

    OPEN = "OPEN"
    TARGET_1_HIT = "TARGET_1_HIT"
    TARGET_2_HIT = "TARGET_2_HIT"
    STOPPED = "STOPPED"
    CLOSED = "CLOSED"
    EXPIRED = "EXPIRED"


STATUS_AFTER = {
    FillReason.STOP_LOSS: PositionStatus.STOPPED,
    FillReason.TARGET_1: PositionStatus.TARGET_1_HIT,
    FillReason.TARGET_2: PositionStatus.TARGET_2_HIT,
    FillReason.MANUAL: PositionStatus.CLOSED,
    FillReason.EXPIRED: PositionStatus.EXPIRED,
}
"""The one table of transitions: the status after an exit for a reason; a part closed by hand changes none (R27)."""


@dataclass(frozen=True, slots=True)
class StopLevel:
    """A stop, and the time from which it counts: for bars that start at or after it (R26).

    One that is amended counts whatever came before it, and may be none; any other only moves towards profit (R41).
    """

    price: Decimal | None
    since: datetime
    is_amended: bool = False


@dataclass(frozen=True, slots=True)
class OverridePrice:
    """A signal's own market price: it marks the position until the symbol's market has an update after these (R15)."""

    mark: Mark
    market_updates: int


@dataclass(frozen=True, slots=True)
class Position:
    """What one signal opened. `stops` are the levels that can still matter, the current one last; there may be none.

    `changed_seq` numbers the entry of its account's journal that changed it last; `amendments` counts those of it.

    `is_live` says that its signal was recorded within the account's max_price_age of its timestamp (R36).
    """

    id: UUID
    signal_id: UUID
    account_id: UUID
    session: int
    number: int
    symbol: str
    asset_class: AssetClass
    side: Side
    pattern: Pattern | None
    campaign_id: str | None
    note: str | None
    is_live: bool
    plan: ExitPlan
    status: PositionStatus
    quantity: Decimal
    open_quantity: Decimal
    entry_time: datetime
    entry_price: Decimal
    entry_amount: Decimal
    entry_amount_left: Decimal
    entry_commission: Decimal
    entry_commission_left: Decimal
    initial_stop: Decimal | None
    stops: tuple[StopLevel, ...]
    target1: Decimal | None
    target2: Decimal | None
    trail: Trail | None
    realized_pnl: Decimal
    commission: Decimal
    slippage: Decimal
    override_price: OverridePrice | None
    fills: tuple[Fill, ...]
    changed_seq: int = 0
    amendments: int = 0

    @property
    def is_open(self) -> bool:
        """Whether any quantity is left."""
        return self.open_quantity > ZERO

    @property
    def stop(self) -> Decimal | None:
        """The current stop, if there is one."""
        return self.stops[-1].price if self.stops else None

    def mark_at(self, market: Market | None) -> Mark | None:
        """Its last price: its signal's own until the symbol's next bar or quote (R15), else the market's (R9), if there
        is one."""
        own = self.override_price
        if own is not None and own.market_updates >= (market.updates if market else 0):
            return own.mark
        return market.last if market else None

    def stop_at(self, start: datetime) -> Decimal | None:
        """The stop that counts for a bar that starts at `start`, if one does (R26, R41)."""
        return self._stop_of([level for level in self.stops if level.since <= start])

    def _stop_of(self, stops: Sequence[StopLevel]) -> Decimal | None:
        """Where stops, one after the other, leave the stop."""
        price: Decimal | None = None
        for level in stops:
            if level.is_amended or level.price is None or price is None:
                price = level.price
            else:
                price = self.side.better(price, level.price)
        return price

    def as_of(self, start: datetime) -> "Position":
        """This position with the targets that count for a bar that starts at `start` (R41)."""
        for levels in self.plan.earlier or ():
            if start < levels.until:
                return replace(self, target1=levels.target1, target2=levels.target2)
        return self

    @property
    def exact_open_risk(self) -> Decimal:
        """max(0, (entry - current stop) x direction) x open quantity, unrounded; without a stop, what is left of the
        entry's amount (R18)."""
        stop = self.stop
        if stop is None:
            return self.entry_amount_left
        return product(max(ZERO, self.side.gain(stop, self.entry_price)), self.open_quantity)

    @property
    def open_risk(self) -> Decimal:
        """What is lost if the current stop is hit, before slippage; nothing once the stop is past the entry, and all
        where there is none (R18)."""
        return rounded(self.exact_open_risk)

    def worth(self, price: Decimal) -> Decimal:
        """The open quantity at a price, rounded; not negative for a short."""
        return amount(self.open_quantity, price)

    def unrealized_pnl(self, price: Decimal) -> Decimal:
        """What the open quantity has earned at a price, before commissions (R31)."""
        return self.side.gain(self.entry_amount_left, self.worth(price))

    def r_multiple(self, price: Decimal) -> Decimal | None:
        """What it has earned at a price, realized and open, in units of the risk first taken, unrounded (R32)."""
        earned = self.realized_pnl + self.unrealized_pnl(price)
        return r_multiple(earned, self.entry_price, self.initial_stop, self.quantity)

    def with_stop(self, level: StopLevel, forget_before: datetime | None) -> "Position":
        """This position with its stop moved; levels that no coming bar can ask for are forgotten.

        `forget_before` is the end of the symbol's last bar: no bar to come starts before it.
        """
        count = 0
        while forget_before is not None and count < len(self.stops) and self.stops[count].since <= forget_before:
            count += 1
        kept = self.stops[max(0, count - 1) :]
        if count > 1:
            kept = (replace(kept[0], price=self._stop_of(self.stops[:count])), *kept[1:])
        return replace(self, stops=(*kept, level))

    def entry_shares(self, quantity: Decimal) -> tuple[Decimal, Decimal]:
        """An exit's share of the entry's amount and commission; the last exit takes what is left (R30)."""
        if quantity == self.open_quantity:
            return self.entry_amount_left, self.entry_commission_left
        whole = self.quantity
        return share(self.entry_amount, quantity, whole), share(self.entry_commission, quantity, whole)

    def with_exit(self, fill: Fill, amount_share: Decimal, commission_share: Decimal) -> "Position":
        """This position after an exit that takes those shares of the entry's amount and commission (R30)."""
        left = self.open_quantity - fill.quantity
        is_part_by_hand = fill.reason is FillReason.MANUAL and left > ZERO
        return replace(
            self,
            status=self.status if is_part_by_hand else STATUS_AFTER[fill.reason],
            open_quantity=left,
            entry_amount_left=self.entry_amount_left - amount_share,
            entry_commission_left=self.entry_commission_left - commission_share,
            realized_pnl=rounded(self.realized_pnl + fill.realized_pnl),
            commission=rounded(self.commission + fill.commission),
            slippage=rounded(self.slippage + fill.slippage),
            fills=(*self.fills, fill),
        )


def r_multiple(earned: Decimal, entry: Decimal, stop: Decimal | None, quantity: Decimal) -> Decimal | None:
    """What was earned in units of what was first at risk, unrounded; None without a first stop, or at one (R32)."""
    if stop is None or stop == entry:
        return None
    return quotient(earned, product(abs(entry - stop), quantity))
