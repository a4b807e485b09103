"""The record by symbol, pattern, side, campaign and reason of exit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.application.reports import BREAKDOWNS, ReportView
from domain.analytics.stats import Dimension, TradeStats

MOST_ROWS = 50

_TITLES = {
    Dimension.SYMBOL: "Symbol",
    Dimension.PATTERN: "Pattern",
    Dimension.SIDE: "Side",
    Dimension.CAMPAIGN: "Campaign",
    Dimension.EXIT_REASON: "Exit reason",
}


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The statistics of trades by one dimension; `left_out` groups with fewer trades are not shown."""

    dimension: Dimension
    rows: Sequence[tuple[str, TradeStats]]
    left_out: int

    @property
    def title(self) -> str:
        """What the groups are."""
        return _TITLES[self.dimension]

    @property
    def is_of_words(self) -> bool:
        """Whether its groups are named by codes of the desk, not by somebody's choice."""
        return self.dimension in (Dimension.SIDE, Dimension.EXIT_REASON)


def breakdowns(view: ReportView) -> Iterator[Breakdown]:
    """The dimensions by which trades are broken down."""
    for dimension in BREAKDOWNS:
        if groups := view.breakdowns[dimension]:
            by_trades = sorted(range(len(groups)), key=lambda place: -groups[place][1].trades)
            shown = sorted(by_trades[:MOST_ROWS])
            yield Breakdown(dimension, [groups[place] for place in shown], len(groups) - len(shown))
