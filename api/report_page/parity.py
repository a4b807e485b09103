"""The session beside a backtest (R39): metric by metric, and trade by trade where both sides have trades."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from api.report_page.figures import money, multiple, percent, price, quantity, words
from api.report_page.markup import Child, Html, joined, name_of, tag
from api.report_page.tables import Column, minus, note, signed, table
from api.reporting import Comparison
from domain.comparison import Direction, Metric, MetricComparison, Severity
from domain.matching import Matching, OtherTrade, TradeDifference
from domain.money import total

MOST_ROWS = 20

NAMES = {
    Metric.WIN_RATE: "Win rate",
    Metric.AVERAGE_R: "Average R",
    Metric.PROFIT_FACTOR: "Profit factor",
    Metric.MAX_DRAWDOWN: "Maximum drawdown",
    Metric.SHARPE: "Sharpe",
}
_PERCENTS = {Metric.WIN_RATE, Metric.MAX_DRAWDOWN}
_BADGES = {
    Severity.OK: "badge good",
    Severity.WARNING: "badge warning",
    Severity.ERROR: "badge bad",
    Severity.NOT_COMPARABLE: "badge",
}
_METRIC_COLUMNS = (
    Column("Metric", is_figure=False),
    *map(Column, ("Paper", "Backtest", "Difference", "Relative")),
    Column("Direction", is_figure=False),
    Column("Severity", is_figure=False),
)
_PARTS = ("Entry price", "Exit price", "Quantity", "Costs", "P&L difference")
_TOLD_COLUMNS = (
    *(Column(each, is_figure=False) for each in ("Entered", "Symbol", "Side")),
    *map(Column, ("Quantity", "Entry", "Exit", "P&L")),
)


def parity(found: Comparison) -> Html:
    """The comparison."""
    backtest = found.backtest
    told = (f" ({backtest.source})", f", recorded {backtest.recorded_at:%Y-%m-%d %H:%M} UTC. ")
    return joined(
        [
            tag("p", "Beside the backtest ", name_of(backtest.name), told, "Overall: ", badge(found.severity)),
            table("Metrics", _METRIC_COLUMNS, [_metric(each) for each in found.metrics]),
            note("A difference of over 10 % is a warning, of over 20 % an error, whatever its direction."),
            None if found.trades is None else _matching(found.trades),
        ]
    )


def badge(severity: Severity) -> Html:
    """A severity, told in words and in colour."""
    return tag("span", words(severity.value), class_=_BADGES[severity])


def figure_of(metric: Metric, value: Decimal | None) -> str:
    """A metric's value."""
    return percent(value) if metric in _PERCENTS else multiple(value)


def difference_of(found: MetricComparison) -> str:
    """What paper has more of it: of a percentage, in percentage points."""
    shown = multiple(found.difference, signed=True)
    return f"{shown} pp" if found.metric in _PERCENTS and found.difference is not None else shown


def _metric(found: MetricComparison) -> list[Child]:
    return [
        NAMES[found.metric],
        minus(figure_of(found.metric, found.paper)),
        minus(figure_of(found.metric, found.backtest)),
        _in_direction(difference_of(found), found.direction),
        _in_direction(percent(found.difference_percent, signed=True), found.direction),
        "" if found.direction is None else words(found.direction.value),
        badge(found.severity),
    ]


def _in_direction(shown: str, direction: Direction | None) -> Child:
    """Colour says whether paper did better, not whether it is more."""
    match direction:
        case Direction.BETTER:
            return tag("span", minus(shown), class_="gain")
        case Direction.WORSE:
            return tag("span", minus(shown), class_="loss")
        case Direction.SAME | None:
            return minus(shown)


def _matching(found: Matching) -> Html:
    counts = f"{len(found.matched):,} matched by signal, {len(found.missed):,} missed, {found.extra_count:,} extra."
    return joined(
        [
            tag("h3", "Trade by trade"),
            tag("p", counts, " Missed are those only the backtest has, extra those only paper has."),
            _differences(found.matched),
            _told("Missed", found.missed, len(found.missed)),
            _told("Extra", found.extra, found.extra_count),
        ]
    )


def _differences(matched: Sequence[TradeDifference]) -> Html | None:
    differing = [each for each in matched if any(_parts(each))]
    if not differing:
        return tag("p", "Those that match agree to the last digit.") if matched else None
    columns = [Column("Entered", is_figure=False), Column("Symbol", is_figure=False), *map(Column, _PARTS)]
    largest = sorted(differing, key=lambda each: each.total.copy_abs(), reverse=True)[:MOST_ROWS]
    sums = [total(each) for each in zip(*(_parts(each) for each in matched), strict=True)]
    rows = [_split("All that match", "", sums), *(_split_of(each) for each in largest)]
    cut = len(differing) - len(largest)
    rest = note(f"The {MOST_ROWS} largest differences; {cut:,} more are in the sums.") if cut else None
    return joined((table("What paper made beyond the backtest, by cause, USD", columns, rows), rest))


def _split_of(found: TradeDifference) -> list[Child]:
    return _split(f"{found.backtest.entry_time:%Y-%m-%d}", name_of(found.backtest.symbol), _parts(found))


def _split(when: str, symbol: Child, parts: Iterable[Decimal]) -> list[Child]:
    return [when, symbol, *(signed(money(each, signed=True), each) for each in parts)]


def _parts(found: TradeDifference) -> tuple[Decimal, ...]:
    return found.entry_price, found.exit_price, found.quantity, found.costs, found.total


def _told(caption: str, trades: Sequence[OtherTrade], count: int) -> Html | None:
    if not count:
        return None
    shown = trades[:MOST_ROWS]
    cut = count - len(shown)
    rest = note(f"The first {MOST_ROWS}; {cut:,} more are left out.") if cut else None
    return joined((table(caption, _TOLD_COLUMNS, [_one(each) for each in shown]), rest))


def _one(trade: OtherTrade) -> list[Child]:
    return [
        f"{trade.entry_time:%Y-%m-%d}",
        name_of(trade.symbol),
        words(trade.side.value),
        quantity(trade.quantity),
        price(trade.entry_price),
        price(trade.exit_price),
        signed(money(trade.realized_pnl), trade.realized_pnl),
    ]
