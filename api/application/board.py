"""The board: accounts side by side, each with what its current session came to."""

from dataclasses import dataclass
from decimal import Decimal

from domain.analytics.stats import TradeStats
from domain.engine.views import AccountView


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """An account with the statistics of its current session; `sharpe` is None where it is not asked for."""

    view: AccountView
    stats: TradeStats
    sharpe: Decimal | None
