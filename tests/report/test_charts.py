"""Where things stand in the charts."""

import re
from datetime import datetime
from decimal import Decimal

import pytest

from api.report.axes import TimeAxis, axis
from api.report.curve_chart import curve_chart
from api.report.histogram import bins, histogram
from api.report.months import compounded, heat_map, shade
from api.report.svg import element
from domain.analytics.curve import Month
from tests.builders import at
from tests.report.summaries import a_point

D = Decimal


def decimals(*values: str) -> list[Decimal]:
    return [D(value) for value in values]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        ("100130", "118000", ["100000", "105000", "110000", "115000", "120000"]),
        ("0", "3.42", ["0", "2", "4"]),
        ("-0.3", "0.4", ["-0.4", "-0.2", "0", "0.2", "0.4"]),
        ("100000", "100000", ["99000", "99500", "100000", "100500", "101000"]),
        ("0", "0", ["-1", "-0.5", "0", "0.5", "1"]),
    ],
)
def test_an_axis_has_round_numbers(low: str, high: str, ticks: list[str]) -> None:
    assert axis(D(low), D(high), 5 if low != "0" or high == "0" else 3).ticks == decimals(*ticks)


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        ("2024-03-04 09:30", "2024-03-04 13:30", ["4 Mar 10:00", "4 Mar 11:00", "4 Mar 12:00", "4 Mar 13:00"]),
        ("2024-02-28 00:00", "2024-03-02 00:00", ["28 Feb", "29 Feb", "1 Mar", "2 Mar"]),
        ("2024-01-02 00:00", "2024-01-31 00:00", ["8 Jan", "15 Jan", "22 Jan", "29 Jan"]),
        ("2024-01-02 00:00", "2024-05-20 00:00", ["Feb 2024", "Mar 2024", "Apr 2024", "May 2024"]),
        ("2005-03-01 00:00", "2009-07-11 00:00", ["2006", "2007", "2008", "2009"]),
        ("1970-06-01 00:00", "2024-06-01 00:00", ["1980", "1990", "2000", "2010", "2020"]),
    ],
)
def test_a_time_axis_names_a_few_round_times(first: str, last: str, names: list[str]) -> None:
    assert [name for _, name in TimeAxis(at(first), at(last)).ticks] == names


def test_a_moment_is_an_axis_of_its_own() -> None:
    moment: datetime = at("2024-03-04 09:30")
    assert (TimeAxis(moment, moment).place(moment), TimeAxis(moment, moment).ticks) == (D(0), [])


def test_the_curve_goes_through_its_points_and_the_drawdown_lies_below_it() -> None:
    points = [a_point(4, "100000", "100000"), a_point(5, "110000", "110000"), a_point(6, "99000", "110000")]
    drawn = curve_chart(points, D(100_000))
    assert re.findall(r'<path d="([^"]+)" class="(\w+)">', drawn) == [
        ("M0 160L5000 0L10000 176", "equity"),
        ("M0 0L0 0L5000 0L10000 110L10000 0Z", "water"),
        ("M0 0L5000 0L10000 110", "depth"),
    ]
    assert (
        "Equity from 100,000.00 USD on 2024-03-04 to 99,000.00 on 2024-03-06, lowest 99,000.00 on 2024-03-06, "
        "highest 110,000.00 on 2024-03-05; the deepest drawdown drawn is 10.00 %." in drawn
    )


def test_a_curve_of_one_point_is_a_dot() -> None:
    drawn = curve_chart([a_point(4, "100000", "100000")], D(100_000))
    assert '<circle cx="0" cy="144" r="3" class="point">' in drawn
    assert 'class="equity"' not in drawn


def test_a_bin_holds_its_lower_edge_and_not_its_upper() -> None:
    binned = bins(decimals("-1", "-0.5", "0", "0.49", "0.5", "2"))
    assert (binned.width, binned.first, binned.is_open_below, binned.is_open_above) == (D("0.1"), -10, False, False)
    assert {str(binned.edge(number)): count for number, count in enumerate(binned.counts) if count} == {
        "-1.0": 1,
        "-0.5": 1,
        "0.0": 1,
        "0.4": 1,
        "0.5": 1,
        "2.0": 1,
    }


def test_the_outermost_bins_hold_what_lies_beyond_them() -> None:
    binned = bins(decimals("-400", "-1", "0", "900"))
    assert (binned.width, binned.first, len(binned.counts)) == (D(1), -15, 31)
    assert (binned.counts[0], binned.counts[-1], binned.is_open_below, binned.is_open_above) == (1, 1, True, True)
    drawn = histogram(decimals("-400", "-1", "0", "900"))
    assert "<title>1 below -14 R</title>" in drawn
    assert "<title>1 from 15 R on</title>" in drawn


def test_no_trade_is_lost_from_the_histogram() -> None:
    multiples = [D(number) / 7 for number in range(-300, 300)]
    assert sum(bins(multiples).counts) == 600


def test_a_month_is_shaded_by_its_share_of_the_largest() -> None:
    shades = [shade(D(number), D(10)) for number in ("10", "-10", "2", "2.01", "-0.01", "0.001", "0")]
    assert shades == ["gain-5", "loss-5", "gain-1", "gain-2", "loss-1", None, None]


def test_the_largest_month_has_the_strongest_shade_however_many_digits_it_has() -> None:
    longest = D("3.7612345678901234567890123456789012345678901234567890123456789")
    assert shade(longest, longest) == "gain-5"


def test_the_months_of_a_year_compound() -> None:
    assert compounded(decimals("10", "-10", "50")) == D("48.5")
    years = heat_map([Month(2023, 12, D(10)), Month(2024, 1, D(-10)), Month(2024, 2, D(50))])
    assert [(year.number, [month.shown for month in year.months if month], year.total) for year in years] == [
        (2023, ["10.00"], "10.00"),
        (2024, ["−10.00", "50.00"], "35.00"),
    ]
    assert [month and month.shade for month in years[1].months[:3]] == ["loss-1", "gain-5", None]


def test_an_element_of_a_drawing_escapes_what_is_not_markup() -> None:
    assert element("p", "a < b", element("b", "&"), ["x", "y"]) == "<p>a &lt; b<b>&amp;</b>xy</p>"
    assert element("td", "1", class_='"><script>', text_anchor=None) == '<td class="&#34;&gt;&lt;script&gt;">1</td>'
