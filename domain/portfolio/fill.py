"""One execution of a position: its entry, or an exit (R10-R12, R28)."""

from datetime import datetime
from decimal import Decimal
from enum import Enum

from domain.records import dataclass


class FillReason(Enum):
    """Why a fill happened (R33)."""

    ENTRY = "ENTRY"
    STOP_LOSS = "STOP_LOSS"
    TARGET_1 = "TARGET_1"
    TARGET_2 = "TARGET_2"
    MANUAL = "MANUAL"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution. `slippage` is in the price already; `gap` says that a bar opened at or beyond the order's price;
    `ambiguous` that the order of levels inside the bar is not known (R23, R24).

    `realized_pnl` is what an exit earned after its share of the entry's amount and commission (R30).
    """

    number: int
    time: datetime
    reason: FillReason
    quantity: Decimal
    price: Decimal
    raw_price: Decimal
    amount: Decimal
    slippage: Decimal
    commission: Decimal
    realized_pnl: Decimal
    gap: bool
    ambiguous: bool
