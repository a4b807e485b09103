"""R1 exact numbers, R2 two clocks, R3 times need an offset."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from domain.commands import ClosePosition
from domain.market import AssetClass
from domain.money import BOUND, LARGEST, OutOfRange, exact, plain, rounded
from domain.refusals import ErrorCode
from domain.sides import Side
from domain.validation import Invalid
from tests.builders import FREE, WALL, D, TheDesk, a_bar, a_quote, a_signal, at, both_sides, signal_id


@pytest.mark.parametrize(
    ("unrounded", "kept"),
    [
        ("0.000000005", "0"),
        ("0.000000015", "0.00000002"),
        ("-0.000000025", "-0.00000002"),
        ("1.000000006", "1.00000001"),
    ],
)
def test_r1_rounding_is_to_8_places_half_even(unrounded: str, kept: str) -> None:
    assert rounded(D(unrounded)) == D(kept)


@pytest.mark.parametrize("price", ["100.000000001", "10000000000", "NaN", "sNaN", "Infinity", "0", "-1"])
def test_r1_a_price_the_desk_cannot_hold_is_refused(price: str) -> None:
    with pytest.raises(Invalid, match=r"^stopLoss must "):
        a_signal(stop=price)


def test_r1_the_largest_number_is_just_below_ten_thousand_million() -> None:
    assert exact(LARGEST) == D("9999999999.99999999")
    assert rounded(D("9999999999.999999994")) == LARGEST
    with pytest.raises(OutOfRange):
        rounded(D("9999999999.999999996"))
    with pytest.raises(OutOfRange):
        exact(-BOUND)


@pytest.mark.parametrize(
    ("value", "shown"), [("1E+3", "1000"), ("1E-8", "0.00000001"), ("5.50", "5.5"), ("-0.00", "0"), ("100", "100")]
)
def test_r1_numbers_are_shown_in_plain_notation(value: str, shown: str) -> None:
    assert plain(Decimal(value)) == shown


def test_r1_a_fill_price_is_rounded_half_even() -> None:
    desk = TheDesk()
    for number, price in enumerate(["0.000025", "0.000075"], start=1):
        symbol = f"COIN{number}"
        desk.send(
            a_signal(
                symbol=symbol,
                asset_class=AssetClass.CRYPTO,
                market=price,
                stop="0.00001",
                target="0.0001",
                quantity="1",
            )
        )
    # 0.02 % is 0.000000005 of the one and 0.000000015 of the other.
    assert [desk.fill(1).price, desk.fill(2).price] == [D("0.000025"), D("0.00007502")]


def test_r1_a_bar_at_whose_prices_a_position_is_worth_too_much_is_refused_and_changes_nothing() -> None:
    desk = TheDesk(**FREE)
    desk.send(
        a_signal(asset_class=AssetClass.CRYPTO, quantity="1000000", market="0.0001", stop="0.00009", target="9999999")
    )
    assert desk.rejected(a_bar("10:00", open="10000")) == [(0, "INVALID")]
    assert desk.equity == D("100000")
    assert desk.last_price() is None
    # The same times with prices that can be held are no conflict: the refused bar was never applied.
    assert desk.bars(a_bar("10:00", open="0.0002")).applied == 1
    assert desk.equity == D("100100")


def test_r1_an_amount_too_large_to_hold_fails_the_checks_in_their_order() -> None:
    desk = TheDesk(**FREE)
    risky = desk.refuses(a_signal(market="100", quantity="100000000"))
    assert (risky.code, risky.limit, risky.actual) == (ErrorCode.TRADE_RISK_EXCEEDED, D("2"), D("500000"))
    tight = desk.refuses(a_signal(market="100", stop="99.99999999", quantity="100000000"))
    assert (tight.code, tight.limit, tight.actual) == (ErrorCode.INSUFFICIENT_BUYING_POWER, D("100000"), None)


def test_r2_a_missing_timestamp_is_the_latest_end_of_any_applied_bar_under_the_market_clock() -> None:
    desk = TheDesk()
    desk.bars(a_bar("09:30", symbol="MSFT"))
    desk.bars(a_bar("09:00", symbol="IBM"))
    desk.send(a_signal(market="100", timestamp=None))
    assert desk.position().entry_time == at("10:00")


def test_r2_a_missing_timestamp_is_wall_time_before_any_bar() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100", timestamp=None))
    assert desk.position().entry_time == WALL


@both_sides
def test_r2_when_something_is_recorded_decides_nothing(side: Side) -> None:
    walls = [WALL, WALL + timedelta(days=300)]
    desks = [TheDesk(side, wall=wall) for wall in walls]
    for desk in desks:
        desk.send(a_signal(market="100", target="105", target2="110"))
        desk.bars(a_bar("10:00", open="101", high="106"), a_bar("10:30", open="96", low="94"))
    one, other = desks
    assert one.position() == other.position()
    assert one.books == other.books
    assert [one.signal().recorded_at, other.signal().recorded_at] == walls


def test_r2_a_timestamp_up_to_a_minute_ahead_of_the_wall_clock_is_allowed() -> None:
    desk = TheDesk(wall=at("09:29"))
    assert desk.code(a_signal(market="100", timestamp="09:30")) is None


def test_r2_a_timestamp_over_a_minute_ahead_of_the_wall_clock_is_invalid_and_stores_nothing() -> None:
    desk = TheDesk(wall=at("09:28"))
    answer = desk.send(a_signal(market="100", timestamp="09:30"))
    refusal = desk.refusal_of(answer)
    assert (refusal.code, refusal.field, answer.signal) == (ErrorCode.INVALID_INPUT, "timestamp", None)
    assert len(desk.facts) == 1  # the account's opening


@pytest.mark.parametrize("offset", [None, timezone(timedelta(hours=2))], ids=["none", "+02:00"])
def test_r3_the_domain_takes_times_in_utc_only(offset: timezone | None) -> None:
    local = datetime(2024, 3, 4, 9, 30, tzinfo=offset)
    with pytest.raises(Invalid, match=r"^timestamp must be in UTC$"):
        ClosePosition("default", signal_id(1), timestamp=local)
    quote = a_quote("09:30", "100")
    with pytest.raises(Invalid, match=r"^start must be in UTC$"):
        type(quote)(quote.symbol, local, quote.end, quote.open, quote.high, quote.low, quote.close)
