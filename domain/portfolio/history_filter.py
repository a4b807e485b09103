"""Which positions, signals and trades of an account are listed, and in which order."""

from collections.abc import Collection
from datetime import datetime
from enum import Enum

from domain.orders.side import Side
from domain.orders.signal import SignalStatus
from domain.portfolio.fill import FillReason
from domain.portfolio.position import PositionStatus
from domain.records import dataclass


class ListOrder(Enum):
    """In which order positions and trades are listed; what is alike otherwise keeps the journal's order."""

    NEWEST = "NEWEST"
    OLDEST = "OLDEST"
    BEST = "BEST"
    WORST = "WORST"
    SYMBOL = "SYMBOL"


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """What to list of an account; what is None does not matter, but for `session`: None is the current one.

    `since` and `until` are about a signal's timestamp, a position's entry and a trade's last exit.
    """

    session: int | None = None
    symbols: Collection[str] | None = None
    campaign_id: str | None = None
    is_open: bool | None = None
    status: SignalStatus | PositionStatus | None = None
    exit_reasons: Collection[FillReason] | None = None
    side: Side | None = None
    since: datetime | None = None
    until: datetime | None = None
