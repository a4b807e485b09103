"""R38: the statistics of daily equity, worked out by hand, and where there are none."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.curve import (
    CurveFigures,
    DayEnd,
    curve_figures,
    day_ends,
    exposure,
    monthly_returns,
    return_percent,
)
from domain.analytics.stats import to_12_places
from domain.money import ratio
from tests.builders import D


def figures(*equities: str, periods: int = 252) -> CurveFigures:
    return curve_figures([D(equity) for equity in equities], periods)


def undefined(curve: CurveFigures) -> set[str]:
    names = ("sharpe", "sortino", "volatility", "annual_return", "calmar")
    return {name for name in names if getattr(curve, name) is None}


def test_r38_every_figure_of_three_days() -> None:
    """+10 % and -10 %: mean 0, sample deviation sqrt(0.02), downside sqrt(0.01 / 2); a loss of 1 % in two days."""
    curve = figures("100", "110", "99", periods=4)
    assert (curve.sharpe, curve.sortino) == (D(0), D(0))
    assert to_12_places(curve.volatility) == D("28.284271247462")
    assert to_12_places(curve.annual_return) == D("-1.99")
    assert curve.max_drawdown == D(10)
    assert to_12_places(curve.calmar) == D("-0.199")


def test_r38_sharpe_and_sortino_of_returns_of_two_minus_one_and_two_percent() -> None:
    """Mean 1 %; sample deviation sqrt(3) %; downside sqrt(1 / 3) %: 1 / sqrt(3) and sqrt(3), times sqrt(252)."""
    curve = figures("100", "102", "100.98", "102.9996")
    assert to_12_places(curve.sharpe) == D("9.165151389912")
    assert to_12_places(curve.sortino) == D("27.495454169735")
    assert to_12_places(curve.volatility) == D("27.495454169735")


@pytest.mark.parametrize("days", [(), ("100",), ("100", "110")], ids=["no day", "one day", "two days"])
def test_r38_fewer_than_two_returns_define_nothing(days: Sequence[str]) -> None:
    assert undefined(figures(*days)) == {"sharpe", "sortino", "volatility", "annual_return", "calmar"}


def test_r38_flat_equity_has_no_ratio_and_no_volatility() -> None:
    curve = figures("100", "100", "100")
    assert undefined(curve) == {"sharpe", "sortino", "calmar"}
    assert (curve.volatility, curve.annual_return, curve.max_drawdown) == (D(0), D(0), D(0))


def test_r38_equity_that_only_grows_has_no_downside_and_no_drawdown() -> None:
    curve = figures("100", "101", "103")
    assert undefined(curve) == {"sortino", "calmar"}


def test_r38_returns_that_are_all_the_same_have_no_deviation_however_their_mean_is_rounded() -> None:
    """Growth by a third has no end of digits."""
    curve = figures("81", "108", "144", "192", "256")
    assert (curve.sharpe, curve.volatility) == (None, D(0))


def test_r38_returns_that_are_almost_the_same_have_a_large_ratio() -> None:
    """A return of a seventh and one that is larger by d = 3.75e-11 / 7: (1 / 7 + d / 2) / (d / sqrt(2)), a year."""
    curve = figures("700", "800", "914.28571429")
    with localcontext(prec=60):
        assert to_12_places(curve.sharpe) == ratio(D(504).sqrt() * (1 / D("3.75e-11") + D("0.5")))


@pytest.mark.parametrize("lost", ["0", "-0.00000001", "-50"])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_r38_equity_that_is_not_above_zero_at_a_days_end_leaves_nothing_defined(lost: str, place: int) -> None:
    days = ["100", "110", "105", "120"]
    days[place] = lost
    assert undefined(figures(*days)) == {"sharpe", "sortino", "volatility", "annual_return", "calmar"}


def test_r38_the_smallest_equity_above_zero_is_enough() -> None:
    curve = figures("100", "0.00000001", "100")
    assert undefined(curve) == set()
    assert to_12_places(curve.max_drawdown) == D("99.99999999")


def test_r38_an_annual_return_too_large_to_show_is_undefined() -> None:
    """Ten times in two days are 10^126 times in 252."""
    curve = figures("100", "50", "1000")
    assert undefined(curve) == {"annual_return", "calmar"}
    assert figures("1000", "1000000", "0.00000001", periods=1_000_000).annual_return == D(-100)


def test_r38_an_annual_return_just_below_the_bound_is_shown() -> None:
    assert to_12_places(figures("1", "1", "99999", periods=4).annual_return) == D("999980000000")
    assert figures("1", "1", "100000", periods=4).annual_return is None


def test_r38_equity_is_carried_over_flat_days() -> None:
    days = [date(2024, 1, 2), date(2024, 1, 3), date(2024, 1, 4), date(2024, 1, 5)]
    ends = day_ends(D(1000), days, {days[1]: D(1010), days[3]: D(990)})
    assert ends == [
        DayEnd(days[0], D(1000), was_held=False),
        DayEnd(days[1], D(1010), was_held=True),
        DayEnd(days[2], D(1010), was_held=False),
        DayEnd(days[3], D(990), was_held=True),
    ]


def test_r38_a_day_without_data_includes_what_was_closed_by_hand_on_it() -> None:
    friday, saturday, monday = date(2024, 1, 5), date(2024, 1, 6), date(2024, 1, 8)
    ends = day_ends(D(1000), {friday, monday}, {saturday: D(1100)})
    assert [(end.day, end.equity, end.has_data) for end in ends] == [
        (friday, D(1000), True),
        (saturday, D(1100), False),
        (monday, D(1100), True),
    ]


def test_r38_months_are_returns_on_the_month_before_and_the_first_on_the_capital() -> None:
    days = [
        DayEnd(date(2023, 12, 28), D(1050), was_held=True),
        DayEnd(date(2023, 12, 29), D(1100), was_held=True),
        DayEnd(date(2024, 1, 2), D(1000), was_held=True),
        DayEnd(date(2024, 3, 1), D(1250), was_held=False),
    ]
    assert [
        (monthly_return.year, monthly_return.month, to_12_places(monthly_return.percent))
        for monthly_return in monthly_returns(D(1000), days)
    ] == [
        (2023, 12, D(10)),
        (2024, 1, D("-9.090909090909")),
        (2024, 3, D(25)),
    ]


def test_r38_no_month_follows_one_that_lost_everything() -> None:
    days = [DayEnd(date(2024, month, 1), D(equity), was_held=True) for month, equity in ((1, 1000), (2, -5), (3, 10))]
    assert [(monthly_return.month, monthly_return.percent) for monthly_return in monthly_returns(D(1000), days)] == [
        (1, D(0)),
        (2, D("-100.5")),
    ]


def test_r38_exposure_is_the_days_held_of_all_days() -> None:
    days = [DayEnd(date(2024, 1, day), D(1), was_held=day in (2, 3)) for day in (1, 2, 3, 4)]
    assert exposure(days) == D(50)
    assert exposure([]) is None


equities = st.lists(st.integers(1, 10**12).map(lambda number: D(number).scaleb(-4)), min_size=1, max_size=40)


@given(equities)
def test_r38_months_compound_to_the_total_return(ends: list[Decimal]) -> None:
    days = [
        DayEnd(date(2020 + place // 24, place % 24 // 2 + 1, place % 2 + 1), equity, was_held=True)
        for place, equity in enumerate(ends)
    ]
    grown = D(1)
    with localcontext(prec=90):
        for monthly_return in monthly_returns(D(1000), days):
            grown *= 1 + monthly_return.percent / 100
        assert ratio((grown - 1) * 100) == ratio(return_percent(D(1000), ends[-1]))
