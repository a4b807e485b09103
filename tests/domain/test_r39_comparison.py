"""R39: paper beside a backtest, metric by metric and trade by trade."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.attribution import ExternalTrade, external_trade, match
from domain.analytics.comparison import Metric, MetricComparison, Metrics, compare, overall
from domain.money import total
from domain.orders.side import Side
from tests.builders import D, at, both_sides
from tests.trades import a_trade

PAPER = Metrics(D("55.5"), D("1.25"), D("1.8"), D("12"), D("0.9"))


def one(metric: Metric, paper: str | None, backtest: str | None) -> MetricComparison:
    """One metric of paper beside the backtest's."""
    name = metric.value.lower()
    sides = [Metrics(**{name: None if value is None else D(value)}) for value in (paper, backtest)]
    (comparison,) = [comparison for comparison in compare(*sides) if comparison.metric is metric]
    return comparison


def grade(comparison: MetricComparison) -> tuple[str | None, str]:
    return (None if comparison.direction is None else comparison.direction.value), comparison.severity.value


def test_r39_what_is_identical_is_ok_with_no_difference() -> None:
    comparisons = compare(PAPER, PAPER)
    assert [result.metric for result in comparisons] == list(Metric)
    judged = {(result.difference, result.difference_percent, *grade(result)) for result in comparisons}
    assert judged == {(D(0), D(0), "SAME", "OK")}
    assert overall(comparisons).value == "OK"


@pytest.mark.parametrize(
    ("paper", "severity"),
    [
        ("110", "OK"),
        ("110.000000000001", "WARNING"),
        ("120", "WARNING"),
        ("120.000000000001", "ERROR"),
        ("90", "OK"),
        ("89.999999999999", "WARNING"),
        ("80", "WARNING"),
        ("79.999999999999", "ERROR"),
        ("-100", "ERROR"),
    ],
)
def test_r39_ten_and_twenty_percent_are_still_allowed(paper: str, severity: str) -> None:
    for metric in Metric:
        assert one(metric, paper, "100").severity.value == severity


@pytest.mark.parametrize("metric", list(Metric))
def test_r39_more_is_better_but_for_drawdown(metric: Metric) -> None:
    more, less = one(metric, "2", "1"), one(metric, "1", "2")
    better_if_more = metric is not Metric.MAX_DRAWDOWN
    assert grade(more) == ("BETTER" if better_if_more else "WORSE", "ERROR")
    assert grade(less) == ("WORSE" if better_if_more else "BETTER", "ERROR")
    assert (more.difference, more.difference_percent) == (D(1), D(100))
    assert (less.difference, less.difference_percent) == (D(-1), D(-50))


def test_r39_a_difference_is_measured_by_the_size_of_the_backtests_figure() -> None:
    result = one(Metric.SHARPE, "-0.45", "-0.5")
    assert (result.difference, result.difference_percent, *grade(result)) == (D("0.05"), D(10), "BETTER", "OK")


def test_r39_percents_come_to_twelve_places_and_are_judged_unrounded() -> None:
    """Paper is 10 % and 1e-14 of a percent off: shown as 10, and over it."""
    result = compare(Metrics(sharpe=D("1.1000000000000001")), Metrics(sharpe=D(1)))[-1]
    assert (result.difference_percent, result.severity.value) == (D("10.000000000000"), "WARNING")


def test_r39_both_zero_are_the_same() -> None:
    result = one(Metric.MAX_DRAWDOWN, "0", "0")
    assert (result.difference, result.difference_percent, *grade(result)) == (D(0), D(0), "SAME", "OK")


def test_r39_only_the_backtest_zero_cannot_be_compared() -> None:
    result = one(Metric.MAX_DRAWDOWN, "3", "0")
    assert (result.difference, result.difference_percent, *grade(result)) == (D(3), None, "WORSE", "NOT_COMPARABLE")


def test_r39_only_paper_zero_is_a_hundred_percent_off() -> None:
    result = one(Metric.WIN_RATE, "0", "40")
    assert (result.difference_percent, *grade(result)) == (D(-100), "WORSE", "ERROR")


@pytest.mark.parametrize(("paper", "backtest"), [(None, "1"), ("1", None), (None, None)])
def test_r39_what_is_missing_on_a_side_cannot_be_compared(paper: str | None, backtest: str | None) -> None:
    result = one(Metric.PROFIT_FACTOR, paper, backtest)
    assert (result.difference, result.difference_percent, *grade(result)) == (None, None, None, "NOT_COMPARABLE")


def test_r39_the_whole_is_the_worst_of_what_can_be_compared() -> None:
    assert overall(compare(PAPER, replace(PAPER, sharpe=None))).value == "OK"
    assert overall(compare(PAPER, replace(PAPER, sharpe=D(0)))).value == "OK"
    assert overall(compare(PAPER, replace(PAPER, sharpe=None, win_rate=D("48")))).value == "WARNING"
    assert overall(compare(PAPER, replace(PAPER, win_rate=D("48"), max_drawdown=D(1)))).value == "ERROR"
    assert overall(compare(PAPER, Metrics())).value == "NOT_COMPARABLE"


def an_external_trade(number: int = 1, **fields: str) -> ExternalTrade:
    """The trade of the nth signal: 100 bought at 100 and sold at 110, at a cost of 1, unless given otherwise."""
    usual = {"pnl": "999", "entry": "100", "exit": "110", "quantity": "100", "commission": "1"}
    return external_trade(a_trade(number=number, **{**usual, **fields}))  # type: ignore[arg-type]


def parts(paper: ExternalTrade, backtest: ExternalTrade) -> list[Decimal]:
    """Entry price, exit price, quantity, costs, and the total."""
    (pair,) = match([paper], [backtest], 1).matched
    return [pair.entry_price, pair.exit_price, pair.quantity, pair.costs, pair.total]


def test_r39_identical_trades_differ_by_nothing() -> None:
    assert parts(an_external_trade(), an_external_trade()) == [D(0)] * 5


def test_r39_a_worse_entry_costs_what_it_costs_at_the_backtests_quantity() -> None:
    assert parts(an_external_trade(entry="100.02", pnl="997"), an_external_trade()) == [D(-2), D(0), D(0), D(0), D(-2)]


def test_r39_a_worse_exit_and_a_higher_commission_are_attributed_separately() -> None:
    assert parts(an_external_trade(exit="109.5", commission="3", pnl="947"), an_external_trade()) == [
        D(0),
        D(-50),
        D(0),
        D(-2),
        D(-52),
    ]


def test_r39_half_the_quantity_at_the_same_prices_is_attributed_to_quantity() -> None:
    """50 earn 500 less a commission of 1, for 1 000 less 1."""
    assert parts(an_external_trade(quantity="50", pnl="499"), an_external_trade()) == [
        D(0),
        D(0),
        D(-500),
        D(0),
        D(-500),
    ]


def test_r39_a_short_gains_by_a_higher_entry_and_a_lower_exit() -> None:
    backtest = replace(an_external_trade(entry="110", exit="100"), side=Side.SHORT)
    paper = replace(backtest, entry_price=D("111"), exit_price=D("98"), realized_pnl=D("1299"))
    assert parts(paper, backtest) == [D(100), D(200), D(0), D(0), D(300)]


def test_r39_trades_are_matched_by_signal_and_the_rest_is_missed_or_extra() -> None:
    paper, backtest = (
        [an_external_trade(1), an_external_trade(2), an_external_trade(4)],
        [an_external_trade(2), an_external_trade(3), an_external_trade(1)],
    )
    matching = match(paper, backtest, 3)
    assert [(pair.paper, pair.backtest) for pair in matching.matched] == [
        (an_external_trade(trade),) * 2 for trade in (1, 2)
    ]
    assert (matching.missed, matching.extra, matching.extra_count) == (
        [an_external_trade(3)],
        [an_external_trade(4)],
        1,
    )


def test_r39_extra_trades_are_counted_even_if_not_all_are_listed() -> None:
    matching = match([an_external_trade(1), an_external_trade(2)], [an_external_trade(1)], 1_000_000)
    assert (len(matching.matched), len(matching.extra), matching.extra_count) == (1, 1, 999_999)


@both_sides
def test_r39_differences_too_large_for_an_amount_are_still_given(side: Side) -> None:
    """Another tool may report amounts that no desk could hold."""
    paper = replace(
        an_external_trade(quantity="9999999999", entry="9999999999", exit="0.00000001", pnl="9999999999"), side=side
    )
    differences = parts(replace(paper, realized_pnl=-paper.realized_pnl, entry_price=D("0.00000001")), paper)
    assert total(differences[:4]) == differences[4] == D(-19999999998)


money = st.integers(-(10**18) + 1, 10**18 - 1).map(lambda number: D(number).scaleb(-8))
price = st.integers(1, 10**18 - 1).map(lambda number: D(number).scaleb(-8))


@st.composite
def external_trades(draw: st.DrawFn, number: int = 1) -> ExternalTrade:
    """Any trade that another tool may report."""
    entered = at("09:30")
    return ExternalTrade(
        signal_id=UUID(int=number),
        symbol="AAPL",
        side=draw(st.sampled_from(Side)),
        quantity=draw(price),
        entry_time=entered,
        entry_price=draw(price),
        exit_time=entered + timedelta(hours=1),
        exit_price=draw(price),
        realized_pnl=draw(money),
        commission=draw(money),
    )


@given(external_trades(), external_trades())
def test_r39_the_parts_of_any_difference_add_up_exactly(paper: ExternalTrade, backtest: ExternalTrade) -> None:
    differences = parts(paper, backtest)
    assert total(differences[:4]) == differences[4] == paper.realized_pnl - backtest.realized_pnl


@given(price, price, price, price, price, st.sampled_from(Side))
def test_r39_of_equal_quantities_prices_and_costs_explain_all_but_rounding(
    quantity: Decimal, entry: Decimal, exit_: Decimal, other_entry: Decimal, other_exit: Decimal, side: Side
) -> None:
    quantity = quantity.scaleb(-6).quantize(D("0.01"))
    first, second = (
        replace(
            an_external_trade(), side=side, quantity=quantity, entry_price=entry, exit_price=exit_, realized_pnl=earned
        )
        for entry, exit_ in ((entry, exit_), (other_entry, other_exit))
        for earned in [side.gain(entry * quantity, exit_ * quantity).quantize(D("1e-8"))]
    )
    assert abs(parts(first, second)[2]) <= D("2e-8")
