"""How figures are written: plain notation, fixed places, thousands apart."""

from datetime import timedelta
from decimal import Decimal

import pytest

from api.report.figures import UNDEFINED, fixed, headline, money, multiple, percent, price, quantity, span
from tests.report.summaries import a_summary, a_trade

D = Decimal


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("0", "0.00"),
        ("1234567.891", "1,234,567.89"),
        ("-1234.5", "-1,234.50"),
        ("2.345", "2.34"),
        ("2.355", "2.36"),
        ("-0.004", "0.00"),
        ("9999999999.99999999", "10,000,000,000.00"),
        ("1E+3", "1,000.00"),
        ("1E-30", "0.00"),
    ],
)
def test_money_has_two_places_half_even_and_no_exponent(value: str, written: str) -> None:
    assert money(D(value)) == written


def test_a_figure_of_more_digits_than_a_decimal_context_holds_is_written_in_full() -> None:
    assert fixed(D("1234567890123456789012345678901234.565"), 2) == "1,234,567,890,123,456,789,012,345,678,901,234.56"


def test_a_sign_is_shown_where_it_is_asked_for_and_never_on_zero() -> None:
    assert [money(D(number), signed=True) for number in ("5", "-5", "0", "0.001", "-0.001")] == [
        "+5.00",
        "-5.00",
        "0.00",
        "0.00",
        "0.00",
    ]


def test_an_undefined_figure_is_a_dash() -> None:
    assert [money(None), percent(None), multiple(None), span(None)] == [UNDEFINED] * 4


@pytest.mark.parametrize(
    ("value", "written"), [("185.1", "185.1000"), ("1.08345", "1.0834"), ("0.00001234", "0.00001234"), ("1", "1.0000")]
)
def test_a_price_below_one_shows_all_its_places(value: str, written: str) -> None:
    assert price(D(value)) == written


def test_a_quantity_is_exact() -> None:
    assert [quantity(D(number)) for number in ("1000", "1E+4", "0.00000001", "12.50")] == [
        "1,000",
        "10,000",
        "0.00000001",
        "12.5",
    ]


@pytest.mark.parametrize(
    ("length", "written"),
    [
        (timedelta(0), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=5, minutes=7), "5 h 7 min"),
        (timedelta(days=3), "3 d"),
        (timedelta(days=1200, hours=4, minutes=30), "1,200 d 4 h"),
    ],
)
def test_a_length_of_time_has_two_units(length: timedelta, written: str) -> None:
    assert span(length) == written


def test_the_headline_is_that_of_the_report() -> None:
    trades = [a_trade(1, pnl="300"), a_trade(2, pnl="-100"), a_trade(3, pnl="0")]
    view = a_summary(trades, return_percent="0.2", max_drawdown="0.33333333333333").view
    assert [(figure.name, figure.shown, figure.exact) for figure in headline(view)] == [
        ("Return", "+0.20 %", "0.2"),
        ("Equity", "100,200.00", "100200"),
        ("Maximum drawdown", "0.33 %", "0.333333333333"),
        ("Sharpe", "–", None),
        ("Trades", "3", "3"),
        ("Win rate", "33.33 %", "33.333333333333"),
        ("Average R", "+0.67", "0.666666666667"),
        ("Profit factor", "3.00", "3"),
    ]
