"""R38: every metric beside independent public libraries, empyrical and quantstats, to 1e-9 or the last place given.

Both compute in floats from returns. Where a definition of theirs differs from the desk's, a test says so.
"""

import csv
import gzip
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from random import Random
from typing import Any

import empyrical
import numpy as np
import pandas as pd
import pytest
import quantstats.stats as quantstats

from domain.analytics.curve import DayEnd, curve_figures, max_drawdown, monthly_returns, return_percent
from domain.analytics.stats import excursions_in_r, to_12_places
from domain.orders.side import Side
from tests.builders import D
from tests.trades import a_trade, with_trades

SYMBOLS = ("AAPL", "GOOG", "IBM", "MSFT")
RANDOM_SERIES = 2_000
BATCHES = 20


def the_same(value: float) -> object:
    """To 1e-9 of it; of what is next to nothing, to what floats lose of 100 percent in a year's compounding."""
    return pytest.approx(value, rel=1e-9, abs=2e-11)


def as_float(figure: Decimal | None) -> float:
    given = to_12_places(figure)
    assert given is not None
    return float(given)


def closes(symbol: str) -> dict[date, Decimal]:
    packed = files("api.feeds.data").joinpath(f"{symbol}.csv.gz").read_bytes()
    rows = csv.DictReader(gzip.decompress(packed).decode().splitlines())
    return {date.fromisoformat(row["date"][:10]): D(row["close"]) for row in rows}


def returns_of(equities: Sequence[Decimal], days: Sequence[date] | None = None) -> "pd.Series[float]":
    days = days or [date(2020, 1, 1) + timedelta(days=place) for place in range(len(equities))]
    series = pd.Series([float(equity) for equity in equities], index=pd.DatetimeIndex(pd.to_datetime(list(days))))
    return series.pct_change().dropna()


def random_equities(random: Random) -> list[Decimal]:
    """Some days of an account, some of them flat, with at least one gain and one loss."""
    equity, equities = 100_000.0, [D(100_000), D(101_000), D("100500.5")]
    for _ in range(random.randrange(0, 60)):
        equity *= 1 if random.random() < 0.2 else 1 + random.gauss(0.0005, random.choice((0.001, 0.01, 0.04)))
        equities.append(D(f"{equity:.8f}"))
    return equities


def assert_as_empyrical_says(equities: Sequence[Decimal], returns: "pd.Series[float]", periods: int = 252) -> None:
    figures = curve_figures(equities, periods)
    assert as_float(figures.sharpe) == the_same(empyrical.sharpe_ratio(returns, annualization=periods))
    assert as_float(figures.sortino) == the_same(empyrical.sortino_ratio(returns, annualization=periods))
    assert as_float(figures.volatility) == the_same(100 * empyrical.annual_volatility(returns, annualization=periods))
    assert as_float(figures.annual_return) == the_same(100 * empyrical.annual_return(returns, annualization=periods))
    assert as_float(figures.max_drawdown) == the_same(-100 * empyrical.max_drawdown(returns))
    assert as_float(figures.calmar) == the_same(empyrical.calmar_ratio(returns, annualization=periods))


def assert_as_quantstats_says(equities: Sequence[Decimal], returns: "pd.Series[float]", periods: int = 252) -> None:
    figures = curve_figures(equities, periods)
    assert as_float(figures.sharpe) == the_same(quantstats.sharpe(returns, periods=periods))
    assert as_float(figures.sortino) == the_same(quantstats.sortino(returns, periods=periods))
    assert as_float(figures.volatility) == the_same(100 * quantstats.volatility(returns, periods=periods))
    assert as_float(figures.annual_return) == the_same(100 * quantstats.cagr(returns, periods=periods))
    assert as_float(figures.max_drawdown) == the_same(-100 * quantstats.max_drawdown(returns))
    assert as_float(figures.calmar) == the_same(quantstats.calmar(returns, periods=periods))


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("periods", [252, 365])
def test_r38_eight_years_of_a_share_as_equity(symbol: str, periods: int) -> None:
    series = closes(symbol)
    assert len(series) == 2_015
    equities, returns = list(series.values()), returns_of(list(series.values()), list(series))
    assert_as_empyrical_says(equities, returns, periods)
    assert_as_quantstats_says(equities, returns, periods)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_r38_the_months_of_a_share_as_equity(symbol: str) -> None:
    series = closes(symbol)
    (first, capital), *rest = series.items()
    ours = monthly_returns(capital, [DayEnd(day, equity, was_held=True) for day, equity in rest])
    theirs = empyrical.aggregate_returns(returns_of(list(series.values()), list(series)), "monthly")
    assert [(our.year, our.month) for our in ours] == list(theirs.index)
    assert [as_float(our.percent) for our in ours] == [the_same(100 * their) for their in theirs]
    assert first == date(2005, 3, 1)
    whole = return_percent(capital, rest[-1][1])
    assert as_float(whole) == the_same(100 * empyrical.cum_returns_final(returns_of(list(series.values()))))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_r38_thousands_of_random_series(batch: int) -> None:
    random = Random(batch)
    for number in range(RANDOM_SERIES // BATCHES):
        equities = random_equities(random)
        returns = returns_of(equities)
        assert_as_empyrical_says(equities, returns)
        if number % 10 == 0:
            assert_as_quantstats_says(equities, returns)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_r38_the_trades_of_thousands_of_random_accounts(batch: int) -> None:
    """Trades stand in for the periods that quantstats counts; none of these breaks even."""
    random = Random(batch)
    for _ in range(RANDOM_SERIES // BATCHES):
        earned = [f"{random.choice((-1, 1)) * random.uniform(0.01, 900):.8f}" for _ in range(random.randrange(1, 50))]
        stats, theirs = with_trades(*earned, "-1", "1"), pd.Series([*map(float, earned), -1.0, 1.0])
        plain: dict[str, Any] = {"prepare_returns": False}
        assert as_float(stats.win_rate) == the_same(100 * quantstats.win_rate(theirs, **plain))
        assert as_float(stats.profit_factor) == the_same(quantstats.profit_factor(theirs, **plain))
        assert as_float(stats.average_win) == the_same(quantstats.avg_win(theirs, **plain))
        assert as_float(stats.average_loss) == the_same(-quantstats.avg_loss(theirs, **plain))
        assert stats.longest_losing_run == quantstats.consecutive_losses(theirs, **plain)
        assert as_float(stats.expectancy) == the_same(float(np.mean(theirs)))
        assert as_float(stats.average_r) == the_same(float(np.mean(theirs / 200)))


def test_r38_the_win_rate_of_quantstats_leaves_out_break_even_trades_and_the_desks_does_not() -> None:
    """One win, one loss and two that broke even: a quarter of the trades won, half of those that did anything."""
    assert with_trades("1", "-1", "0", "0").win_rate == D(25)
    assert quantstats.win_rate(pd.Series([1.0, -1.0, 0.0, 0.0]), prepare_returns=False) == 0.5


def test_r38_a_sortino_over_the_deviation_of_losing_days_alone_would_be_another() -> None:
    """Downside is over all days, as empyrical and quantstats have it: not the deviation of the days that lost."""
    equities = [D(100), D(102), D(101), D(99), D(103)]
    returns = returns_of(equities)
    losing = returns[returns < 0]
    assert as_float(curve_figures(equities, 252).sortino) == the_same(quantstats.sortino(returns))
    assert as_float(curve_figures(equities, 252).sortino) != the_same(
        float(returns.mean() / losing.std() * np.sqrt(252))
    )


def test_r38_the_calmar_of_the_libraries_sees_days_as_the_desks_does_and_no_point_between() -> None:
    """A fall within a day recovered by the day's end is in R37's drawdown, not in Calmar's."""
    points = [D(100), D(80), D(102), D(101), D(103)]
    ends = [D(100), D(102), D(101), D(103)]
    assert max_drawdown(points) == D(20)
    assert as_float(curve_figures(ends, 4).calmar) == the_same(
        empyrical.calmar_ratio(returns_of(ends), annualization=4)
    )


def test_r38_where_the_desk_says_null_the_libraries_say_nan_or_infinity() -> None:
    growing = [D(100), D(101), D(103)]
    figures, returns = curve_figures(growing, 252), returns_of(growing)
    assert (figures.sortino, figures.calmar) == (None, None)
    assert np.isinf(empyrical.sortino_ratio(returns))
    assert np.isnan(quantstats.sortino(returns))
    assert np.isnan(empyrical.calmar_ratio(returns))
    flat = returns_of([D(100)] * 3)
    assert curve_figures([D(100)] * 3, 252).sharpe is None
    assert np.isnan(empyrical.sharpe_ratio(flat))


@pytest.mark.parametrize("side", list(Side))
def test_r38_excursions_are_the_worst_and_best_of_all_prices_seen(side: Side) -> None:
    random, trade = Random(5), a_trade(side=side, stop="98" if side is Side.LONG else "102")
    for _ in range(1_000):
        prices = [D(random.randrange(9_000, 11_000)) / 100 for _ in range(5)]
        moves = np.array([float(price - 100) for price in prices]) * side.sign / 2
        adverse, favourable = excursions_in_r(trade, min(prices), max(prices))
        assert as_float(adverse) == the_same(max(0.0, -moves.min()))
        assert as_float(favourable) == the_same(max(0.0, moves.max()))
