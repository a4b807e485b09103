"""Which trades of a session a report is about (R38)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.analytics.stats import Dimension


@dataclass(frozen=True, slots=True)
class TradeChoice:
    """Which trades of a session a report is about; what is None does not matter."""

    exited_from: datetime | None = None
    exited_to: datetime | None = None
    symbols: Sequence[str] | None = None
    pattern: str | None = None
    campaign_id: str | None = None

    @property
    def is_everything(self) -> bool:
        """Whether it is about all trades."""
        return self == TradeChoice()

    @property
    def place(self) -> tuple[Dimension, str] | None:
        """The dimension and key whose kept statistics are those of the chosen trades, if there is one."""
        if self.exited_from is not None or self.exited_to is not None:
            return None
        named = (
            *((Dimension.SYMBOL, symbol) for symbol in self.symbols or ()),
            *([] if self.pattern is None else [(Dimension.PATTERN, self.pattern)]),
            *([] if self.campaign_id is None else [(Dimension.CAMPAIGN, self.campaign_id)]),
        )
        return named[0] if len(named) == 1 and self.symbols != [] else None
