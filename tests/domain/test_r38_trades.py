"""R38: what trades add up to, worked out by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.stats import Dimension, TradeStats, stats_keys_of, to_12_places, trade_stats
from domain.analytics.trade_filter import TradeFilter
from domain.orders.side import Pattern, Side
from domain.portfolio.fill import FillReason
from domain.portfolio.trade import Trade
from tests.builders import D
from tests.trades import a_trade, with_trades


def test_r38_without_trades_nothing_is_defined_and_nothing_is_zero() -> None:
    empty = TradeStats()
    assert (empty.trades, empty.break_even, empty.realized_pnl, empty.longest_losing_run) == (0, 0, D(0), 0)
    assert (empty.win_rate, empty.profit_factor, empty.expectancy, empty.average_r) == (None,) * 4
    assert (empty.average_win, empty.average_loss, empty.average_holding) == (None,) * 3
    assert (empty.best_trade, empty.worst_trade) == (None, None)


def test_r38_every_figure_of_five_trades() -> None:
    """Two wins of 300 and 100, two losses of 150 and 50, one even: 200 in all, 1 R in all."""
    stats = with_trades("300", "-150", "0", "100", "-50")
    assert (stats.trades, stats.wins, stats.losses, stats.break_even) == (5, 2, 2, 1)
    assert (stats.gross_profit, stats.gross_loss, stats.realized_pnl) == (D(400), D(200), D(200))
    assert (stats.win_rate, stats.profit_factor, stats.expectancy, stats.average_r) == (D(40), D(2), D(40), D("0.2"))
    assert (stats.average_win, stats.average_loss) == (D(200), D(100))
    assert (stats.best_pnl, stats.best_trade) == (D(300), UUID(int=1))
    assert (stats.worst_pnl, stats.worst_trade) == (D(-150), UUID(int=2))


def test_r38_a_win_is_more_than_nothing_by_the_smallest_amount() -> None:
    stats = with_trades("0.00000001", "-0.00000001", "0")
    assert (stats.wins, stats.losses, stats.break_even) == (1, 1, 1)


def test_r38_break_even_trades_count_in_the_total_only() -> None:
    stats = with_trades("0", "0", "100")
    assert (to_12_places(stats.win_rate), stats.profit_factor) == (D("33.333333333333"), None)
    assert (stats.wins, stats.losses, stats.average_win, stats.average_loss) == (1, 0, D(100), None)


def test_r38_the_profit_factor_is_null_without_losses_and_zero_without_wins() -> None:
    assert with_trades("100", "50").profit_factor is None
    assert with_trades("0").profit_factor is None
    assert with_trades("-100").profit_factor == D(0)


def test_r38_figures_come_to_twelve_places_half_even() -> None:
    stats = with_trades("1", "1", "-3")
    assert (to_12_places(stats.win_rate), to_12_places(stats.profit_factor)) == (
        D("66.666666666667"),
        D("0.666666666667"),
    )
    assert to_12_places(stats.expectancy) == D("-0.333333333333")
    assert to_12_places(stats.average_r) == D("-0.001666666667")


def test_r38_the_longest_losing_run_is_of_losses_on_end() -> None:
    assert with_trades("-1", "-1", "5", "-1", "-1", "-1", "2").longest_losing_run == 3
    assert with_trades("-1", "0", "-1").longest_losing_run == 1
    assert with_trades("1", "0").longest_losing_run == 0


def test_r38_best_and_worst_are_the_first_of_equals() -> None:
    stats = with_trades("5", "5", "-5", "-5")
    assert (stats.best_trade, stats.worst_trade) == (UUID(int=1), UUID(int=3))


def test_r38_the_only_trade_is_best_and_worst() -> None:
    stats = with_trades("-7")
    assert (stats.best_trade, stats.worst_trade) == (UUID(int=1), UUID(int=1))


def test_r38_the_average_holding_time_is_from_entry_to_last_exit() -> None:
    assert trade_stats([a_trade(minutes=30), a_trade(minutes=60), a_trade(minutes=1)]).average_holding == timedelta(
        seconds=1820
    )


def test_r38_costs_add_up() -> None:
    stats = trade_stats([a_trade(commission="1.5", slippage="4"), a_trade(commission="0.5", slippage="0.00000001")])
    assert (stats.commission, stats.slippage) == (D(2), D("4.00000001"))


def test_r38_sums_of_many_trades_may_exceed_what_one_amount_can_be() -> None:
    """An account of 100 million that wins and loses 9 billion, again and again, was never worth more than R1 takes."""
    stats = with_trades(*["9000000000", "-9000000000"] * 3)
    assert (stats.gross_profit, stats.gross_loss, stats.realized_pnl) == (D(27_000_000_000), D(27_000_000_000), D(0))
    assert stats.profit_factor == D(1)


@pytest.mark.parametrize("is_live", [True, False])
def test_r38_a_trade_counts_in_the_stats_of_each_of_its_dimensions(is_live: bool) -> None:
    trade = a_trade(
        side=Side.SHORT, pattern=Pattern.UTAD, campaign="autumn", reason=FillReason.STOP_LOSS, is_live=is_live
    )
    assert set(stats_keys_of(trade)) == {
        (Dimension.ALL, ""),
        (Dimension.SYMBOL, "AAPL"),
        (Dimension.SIDE, "SHORT"),
        (Dimension.PATTERN, "UTAD"),
        (Dimension.CAMPAIGN, "autumn"),
        (Dimension.EXIT_REASON, "STOP_LOSS"),
        *([(Dimension.LIVE, "")] if is_live else []),
    }


def test_r38_a_trade_without_pattern_and_campaign_counts_in_none() -> None:
    assert {dimension for dimension, _ in stats_keys_of(a_trade(is_live=False))} == {
        Dimension.ALL,
        Dimension.SYMBOL,
        Dimension.SIDE,
        Dimension.EXIT_REASON,
    }


amounts = st.integers(-(10**17), 10**17).map(lambda number: D(number).scaleb(-8))
trades = st.lists(
    st.builds(
        lambda pnl, risk, minutes: a_trade(str(pnl), stop=str(100 - risk), minutes=minutes),
        amounts,
        st.integers(1, 9_900).map(lambda number: D(number).scaleb(-2)),
        st.integers(0, 10_000),
    ),
    max_size=30,
)


@given(trades)
def test_r38_stats_kept_trade_by_trade_are_those_of_the_whole(trades: list[Trade]) -> None:
    stats, earned = trade_stats(trades), [trade.realized_pnl for trade in trades]
    wins, losses = [pnl for pnl in earned if pnl > 0], [-pnl for pnl in earned if pnl < 0]
    assert (stats.trades, stats.wins, stats.losses) == (len(earned), len(wins), len(losses))
    assert (stats.gross_profit, stats.gross_loss) == (sum(wins, D(0)), sum(losses, D(0)))
    assert stats.realized_pnl == sum(earned, D(0))
    assert (stats.best_pnl, stats.worst_pnl) == (max(earned, default=None), min(earned, default=None))
    runs = "".join("L" if pnl < 0 else "." for pnl in earned).split(".")
    assert stats.longest_losing_run == max(map(len, runs))


def test_r38_a_filter_of_one_thing_takes_the_statistics_that_are_kept_of_it() -> None:
    assert TradeFilter(symbols=["AAPL"]).stats_key == (Dimension.SYMBOL, "AAPL")
    assert TradeFilter(pattern=Pattern.SPRING).stats_key == (Dimension.PATTERN, "SPRING")
    assert TradeFilter(symbols=["AAPL"], pattern=Pattern.SPRING).stats_key is None
    assert TradeFilter(exited_from=datetime(2024, 3, 4, tzinfo=UTC), campaign_id="autumn").stats_key is None


@pytest.mark.parametrize("nothing", [(), []])
def test_r38_a_filter_of_no_symbol_at_all_takes_no_kept_statistics(nothing: Sequence[str]) -> None:
    assert TradeFilter(symbols=nothing, pattern=Pattern.SPRING).stats_key is None
