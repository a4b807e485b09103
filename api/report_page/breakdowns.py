"""The record told apart: by symbol, pattern, side, campaign and reason of exit."""

from collections.abc import Sequence

from api.report_page.figures import money, multiple, percent, words
from api.report_page.markup import Child, Html, joined, name_of
from api.report_page.tables import Column, note, signed, table
from api.reporting import BREAKDOWNS, ReportView
from domain.performance import Dimension, Tally

MOST_ROWS = 50

_TITLES = {
    Dimension.SYMBOL: "Symbol",
    Dimension.PATTERN: "Pattern",
    Dimension.SIDE: "Side",
    Dimension.CAMPAIGN: "Campaign",
    Dimension.EXIT_REASON: "Exit reason",
}
_WORDS = {Dimension.SIDE, Dimension.EXIT_REASON}
_FIGURES = ("Trades", "Win rate", "Average R", "Profit factor", "Expectancy", "P&L")


def breakdowns(view: ReportView) -> Html:
    """A table for each way of telling trades apart that tells any."""
    return joined(_breakdown(each, view.breakdowns[each]) for each in BREAKDOWNS if view.breakdowns[each])


def _breakdown(dimension: Dimension, found: Sequence[tuple[str, Tally]]) -> Html:
    title = _TITLES[dimension]
    shown = set(sorted(range(len(found)), key=lambda each: -found[each][1].trades)[:MOST_ROWS])
    rows = [_row(dimension, *each) for number, each in enumerate(found) if number in shown]
    columns = [Column(title, is_figure=False), *map(Column, _FIGURES)]
    cut = len(found) - len(rows)
    rest = note(f"The {MOST_ROWS} with the most trades; {cut:,} more are left out.") if cut else None
    return joined((table(f"By {title.lower()}", columns, rows, "breakdown"), rest))


def _row(dimension: Dimension, key: str, tally: Tally) -> list[Child]:
    return [
        words(key) if dimension in _WORDS else name_of(key),
        f"{tally.trades:,}",
        percent(tally.win_rate),
        signed(multiple(tally.average_r), tally.average_r),
        multiple(tally.profit_factor),
        signed(money(tally.expectancy), tally.expectancy),
        signed(money(tally.realized_pnl), tally.realized_pnl),
    ]
