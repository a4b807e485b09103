"""Which positions, signals and trades of an account are listed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from domain.orders.signal import SignalStatus
from domain.portfolio.fill import FillReason


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """What to list of an account; what is None does not matter, but for `session`: None is the current one."""

    session: int | None = None
    symbols: Collection[str] | None = None
    campaign_id: str | None = None
    is_open: bool | None = None
    status: SignalStatus | None = None
    exit_reasons: Collection[FillReason] | None = None
    exited_from: datetime | None = None
    exited_to: datetime | None = None
