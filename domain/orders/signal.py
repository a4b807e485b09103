"""Signals: what a strategy sends, and what became of it (R5, R13-R16)."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from domain.money import ZERO, amount, product
from domain.orders.request import Request
from domain.orders.side import Side
from domain.records import dataclass, replace
from domain.refusals import Refusal


class SignalStatus(Enum):
    """What became of a signal (R16): WORKING may become any other, and no other becomes anything."""

    WORKING = "WORKING"
    EXECUTED = "EXECUTED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class EarlierLevels:
    """The levels that an amendment replaced: they count for bars that start before `until` (R41)."""

    until: datetime
    stop: Decimal | None
    target1: Decimal | None
    target2: Decimal | None


@dataclass(frozen=True, slots=True)
class ExitPlan:
    """What was fixed about the exits when the signal was accepted, or amended since.

    `earlier` are levels that a bar under way may still meet, the oldest first. The trailing stop follows bars that
    start at or after `trails_from`, when it, or the stop, was amended last; `amended_at` is when anything was (R41).
    """

    scale_out_percent: Decimal
    break_even_after_target1: bool
    expires_at: datetime | None
    max_holding_days: int | None
    earlier: tuple[EarlierLevels, ...] | None = None
    trails_from: datetime | None = None
    amended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EarlierRequest:
    """What a signal asked for until it was amended, and its size: for bars that start before `until` (R41)."""

    until: datetime
    request: Request
    quantity: Decimal | None


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal and its outcome. `id` is the desk's, shared by its position and its trade; `signal_id` the client's.

    `quantity` is the size sent or, once accepted, sized; `reserved_price` is what a working signal reserves at (R16);
    `number` counts the account's signals in the order in which they were decided. `sent` is the request as it was sent,
    where an amendment has changed it since, `earlier` what it asked for before, for a bar under way (R41).
    `changed_seq` numbers the last entry of the journal about it; `amendments` counts those that amended it.
    `reverses` is the desk's id of the position that is closed for it (R41).
    """

    id: UUID
    signal_id: UUID
    account_id: UUID
    session: int
    number: int
    request: Request
    side: Side
    status: SignalStatus
    timestamp: datetime
    recorded_at: datetime
    plan: ExitPlan
    quantity: Decimal | None = None
    reserved_price: Decimal | None = None
    refusal: Refusal | None = None
    sent: Request | None = None
    earlier: tuple[EarlierRequest, ...] | None = None
    changed_seq: int = 0
    amendments: int = 0
    reverses: UUID | None = None

    def as_of(self, start: datetime) -> "Signal":
        """This signal as it counts for a bar that starts at `start` (R41)."""
        for earlier in self.earlier or ():
            if start < earlier.until:
                plan = replace(self.plan, expires_at=earlier.request.expires_at)
                return replace(self, request=earlier.request, quantity=earlier.quantity, plan=plan)
        return self

    @property
    def reserved_risk(self) -> Decimal:
        """The risk it holds while it works: |entry price - stop| x quantity, unrounded; without a stop, all (R16)."""
        if self.reserved_price is None or self.quantity is None:
            return ZERO
        stop = self.request.first_stop(self.reserved_price)
        if stop is None:
            return self.reserved_notional
        return product(abs(self.reserved_price - stop), self.quantity)

    @property
    def reserved_notional(self) -> Decimal:
        """The buying power it holds while it works (R16)."""
        if self.reserved_price is None or self.quantity is None:
            return ZERO
        return amount(self.quantity, self.reserved_price)
