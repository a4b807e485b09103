"""Which positions, signals and trades of an account are listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HistoryChoice:
    """What to list of an account; what is None does not matter, but for `session`: None is the current one."""

    session: int | None = None
    symbols: Sequence[str] | None = None
    campaign_id: str | None = None
    is_open: bool | None = None
    status: str | None = None
    exit_reasons: Sequence[str] | None = None
    exited_from: datetime | None = None
    exited_to: datetime | None = None
