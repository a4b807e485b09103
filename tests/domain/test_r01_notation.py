"""R1, R3: what libraries and files write, read within bounds."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.market.bar import Bar
from domain.money import BOUND, plain
from domain.notation import (
    read_number,
    read_time,
    read_wall_time,
    to_8_places,
    with_prices_read,
)
from domain.orders.request import Request
from domain.validation import Invalid, require_amount, require_price, require_volume
from tests.builders import D, at


def read_price(name: str, text: str) -> Decimal:
    """A price as a bar of a file gets it: read, rounded, checked."""
    price = to_8_places(read_number(name, text))
    require_price(name, price)
    return price


def read_volume(name: str, text: str) -> Decimal:
    volume = to_8_places(read_number(name, text))
    require_volume(name, volume)
    return volume


def read_amount(name: str, text: str) -> Decimal:
    """A quantity or money, which is not rounded."""
    amount = read_number(name, text)
    require_amount(name, amount, at_least=-BOUND)
    return amount


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("50.11999893188477", "50.11999893"),
        ("0.000000015", "0.00000002"),
        ("0.000000025", "0.00000002"),
        ("1.2E-05", "0.000012"),
        ("3.2E+2", "320"),
        ("4763.5400000000000", "4763.54"),
    ],
)
def test_r1_a_price_is_rounded_half_even_to_8_places(text: str, price: str) -> None:
    assert plain(read_price("open", text)) == price


@pytest.mark.parametrize("text", ["0", "-1", "0.000000005", "1e10", "9999999999.999999995"])
def test_r1_a_price_is_above_0_and_below_ten_thousand_million(text: str) -> None:
    with pytest.raises(Invalid, match=r"^`open` must (be above 0|have at most 8 decimal places and be below)"):
        read_price("open", text)


def test_r1_an_amount_with_more_than_8_places_that_count_is_refused() -> None:
    assert read_amount("quantity", "10.500000000000") == D("10.5")
    assert read_amount("pnl", "-1.5e3") == D("-1500")
    with pytest.raises(Invalid, match=r"^`quantity` must have at most 8 decimal places"):
        read_amount("quantity", "10.500000001")


@pytest.mark.parametrize(
    ("text", "volume"),
    [
        ("11456230400", "11456230400"),
        ("1.2034e+09", "1203400000"),
        ("1e18", "1" + "0" * 18),
        ("0.0", "0"),
        ("12.345678915000", "12.34567892"),
    ],
)
def test_r1_a_volume_goes_up_to_ten_to_the_eighteenth(text: str, volume: str) -> None:
    assert plain(read_volume("volume", text)) == volume


@pytest.mark.parametrize("text", ["-0.1", "1000000000000000000.1", "1e19"])
def test_r1_a_volume_is_neither_negative_nor_larger(text: str) -> None:
    with pytest.raises(Invalid, match=r"^`?volume`? must be at "):
        read_volume("volume", text)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**18), max_value=10**18))
def test_r1_every_decimal_that_python_prints_is_read_or_refused_by_its_length(number: Decimal) -> None:
    text = str(number)
    try:
        assert read_number("x", text) == number
    except Invalid:
        assert len(text) > 80 or (number.adjusted() < -900)


@given(st.floats(min_value=1e-4, max_value=9e9))
def test_r1_every_float_of_a_prices_size_is_read_to_the_nearest_price(number: float) -> None:
    read = read_price("open", repr(number))
    assert abs(read - Decimal(repr(number))) <= D("0.000000005")
    assert read == read.quantize(D("0.00000001"))


def test_r1_what_is_costly_to_compute_is_refused_before_it_is_computed() -> None:
    for text in ("1E+1000000", "1e999", "9" * 100_000, "0." + "0" * 100_000 + "1"):
        with pytest.raises(Invalid, match=r"^x must be "):
            read_number("x", text)


def test_r1_only_prices_and_volumes_of_a_record_are_rounded() -> None:
    noisy = D("1.000000000000001")
    given_ = {"open": noisy, "volume": noisy, "symbol": "A", "start": at("09:30")}
    assert with_prices_read(Bar, given_) == {**given_, "open": D(1), "volume": D(1)}
    signal = {"stop_loss": noisy, "target2": None, "market_price": noisy, "quantity": noisy, "confidence": noisy}
    assert with_prices_read(Request, signal) == {**signal, "stop_loss": D(1), "market_price": D(1)}


NOON = datetime(2024, 1, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-02T12:00:00Z",
        "2024-01-02t12:00z",
        "2024-01-02 12:00:00+0000",
        "2024-01-02 12:00:00+00",
        "2024-01-02T13:00:00.000000999+01:00",
    ],
)
def test_r3_a_time_is_read_as_it_is_written_and_kept_in_utc(text: str) -> None:
    assert read_time("timestamp", text) == NOON
    assert read_time("timestamp", text).tzinfo is UTC


def test_r3_a_wall_time_keeps_its_offset_or_has_none() -> None:
    assert read_wall_time("date", "2024-01-08 00:00:00-0500") == datetime(
        2024, 1, 8, tzinfo=timezone(timedelta(hours=-5))
    )
    assert read_wall_time("date", "2024-01-08 09:30") == datetime(2024, 1, 8, 9, 30)
    with pytest.raises(Invalid, match=r'^date needs its offset from UTC: end it with "Z"'):
        read_time("date", "2024-01-08 09:30")
