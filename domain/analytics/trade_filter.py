"""Which trades of a session a report is about (R38)."""

from collections.abc import Collection
from datetime import datetime

from domain.analytics.stats import Dimension
from domain.orders.side import Pattern
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class TradeFilter:
    """Which trades of a session a report is about; what is None does not matter."""

    exited_from: datetime | None = None
    exited_to: datetime | None = None
    symbols: Collection[str] | None = None
    pattern: Pattern | None = None
    campaign_id: str | None = None

    @property
    def is_everything(self) -> bool:
        """Whether it is about all trades."""
        return self == TradeFilter()

    @property
    def stats_key(self) -> tuple[Dimension, str] | None:
        """The dimension and key whose kept statistics are those of just these trades, if there is one."""
        wants_nothing = self.symbols is not None and not self.symbols
        if wants_nothing or self.exited_from is not None or self.exited_to is not None:
            return None
        keys = (
            *((Dimension.SYMBOL, symbol) for symbol in self.symbols or ()),
            *([] if self.pattern is None else [(Dimension.PATTERN, self.pattern.value)]),
            *([] if self.campaign_id is None else [(Dimension.CAMPAIGN, self.campaign_id)]),
        )
        return keys[0] if len(keys) == 1 else None
