"""R1 exact numbers, R2 two clocks, R3 times need an offset."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from domain.engine.audit import Fold
from domain.engine.commands import ClosePosition
from domain.engine.events import JournalEntry
from domain.instruments import AssetClass
from domain.market.update import MarketUpdate
from domain.money import BOUND, LARGEST, OutOfRange, amount_of, exact_units, plain, rounded
from domain.orders.side import Side
from domain.refusals import ErrorCode
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
    with pytest.raises(Invalid, match=r"^`stop_loss` must "):
        a_signal(stop=price)


def test_r1_the_largest_number_is_just_below_ten_thousand_million() -> None:
    assert exact_units(LARGEST) == 999_999_999_999_999_999
    assert rounded(D("9999999999.999999994")) == LARGEST
    with pytest.raises(OutOfRange):
        rounded(D("9999999999.999999996"))
    with pytest.raises(OutOfRange):
        exact_units(-BOUND)


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
    assert one.totals == other.totals
    assert [one.signal().recorded_at, other.signal().recorded_at] == walls


HIGHLY_LEVERAGED: dict[str, Any] = {"leverage": D(50), "max_trade_risk_percent": D(100), "max_heat_percent": D(100)}


def two_holders(**signal: Any) -> TheDesk:
    """The default account holds what its leverage allows of what another holds ten shares of, both since 10:15."""
    desk = TheDesk(**HIGHLY_LEVERAGED)
    desk.send(a_signal(market="100", timestamp="10:15", **signal))
    desk.account_name = "other"
    desk.enable(**FREE)
    desk.send(a_signal(market="100", timestamp="10:15", stop="99", target="9999999999", quantity="10"))
    desk.account_name = "default"
    return desk


def assert_the_record_folds_to_the_desk(desk: TheDesk, before: int) -> None:
    """Facts up to `before` came of commands without market data; the rest came of one command."""
    fold = Fold()
    for index, fact in enumerate(desk.facts):
        if index <= before:
            fold.command()
        if isinstance(fact, MarketUpdate):
            fold.market_update(fact)
        elif isinstance(fact, JournalEntry):
            fold.entry(fact)
    fold.command()
    assert dict(fold.desk.accounts) == dict(desk.desk.accounts)
    assert dict(fold.desk.markets) == dict(desk.desk.markets)
    made = {
        (curve.account_id, curve.session, time): amount_of(equity)
        for curve in fold.curves
        for time, equity in curve.growth.points.items()
    }
    assert made == desk.points


def test_r1_an_account_that_cannot_be_held_at_a_price_is_closed_out_before_it_and_the_bar_is_everyone_elses() -> None:
    desk = two_holders(stop="99.5", target="9999999999", quantity="49000")
    known = len(desk.facts)
    assert desk.bars(a_bar("10:30"), a_bar("11:00", close="300000"), a_bar("11:30", open="300000")).applied == 3
    assert desk.exits() == ["MANUAL 49000 @ 99.98"]
    assert desk.exit().time == at("11:00")
    assert desk.account.halt_reason == "at the next prices of AAPL it would be worth 10000000000 or more (R1)"
    entered, before_it = (at("10:15"), D("98775")), (at("11:00"), D("98775"))
    assert desk.curve == [entered, before_it, (at("11:30"), D("97550"))]
    desk.account_name = "other"
    assert (desk.equity, desk.curve[-1]) == (D("3099000"), (at("12:00"), D("3099000")))
    assert_the_record_folds_to_the_desk(desk, known)


def test_r1_r34_an_account_that_is_halted_already_keeps_its_first_reason_when_it_is_closed_out() -> None:
    desk = two_holders(stop="99.5", target="9999999999", quantity="49000")
    desk.change(max_daily_loss_percent=D(1))
    known = len(desk.facts)
    assert desk.bars(a_bar("10:30", close="99.6"), a_bar("11:00", open="99.6", close="300000")).applied == 2
    assert desk.exits() == ["MANUAL 49000 @ 99.58008"]
    assert desk.account.halt_reason == "the day's loss, from 100000 to 98775, exceeds 1 %"
    assert_the_record_folds_to_the_desk(desk, known)


def test_r1_an_account_that_its_ruin_would_take_beyond_what_can_be_held_is_closed_out_before_it() -> None:
    """A bar under way at the entry only moves the mark, so that no stop is met; closing at it would cost too much."""
    desk = two_holders(side=Side.SHORT, stop="101", target="1", quantity="40000")
    known = len(desk.facts)
    assert desk.bars(a_bar("10:00", close="249990"), a_bar("10:30", open="249990")).applied == 2
    assert desk.exits() == ["MANUAL 40000 @ 100.02"]
    assert desk.account.halt_reason == "at the next prices of AAPL it would be worth 10000000000 or more (R1)"
    desk.account_name = "other"
    assert desk.equity == D("2598900")
    assert_the_record_folds_to_the_desk(desk, known)


def test_r1_a_bar_is_refused_where_an_account_could_not_be_held_even_closed_out() -> None:
    """Sold at 415 before the short is bought back, 24 million shares would bring more cash than can be held."""
    desk = TheDesk(**FREE, **HIGHLY_LEVERAGED, starting_capital=D(100_000_000))
    desk.send(a_signal(market="100", stop="99", target="9999999999", quantity="24000000"))
    desk.send(a_signal(symbol="MSFT", side=Side.SHORT, market="100", stop="101", target="1", quantity="24000000"))
    desk.bars(a_bar("10:00", close="415"))
    known = len(desk.facts)
    assert desk.rejected(a_bar("10:30", open="415", close="420")) == [(0, "INVALID")]
    assert (len(desk.facts), desk.open, desk.equity) == (known, [1, 2], D("7660000000"))
    assert desk.bars(a_bar("10:30", open="415", close="410")).applied == 1


def test_r1_r37_a_bar_that_is_refused_is_no_point_of_anybodys_curve() -> None:
    """Somebody else has met his target in it already when it turns out that nobody can have it."""
    desk = TheDesk(**FREE, **HIGHLY_LEVERAGED, starting_capital=D(100_000_000))
    desk.send(a_signal(market="100", stop="99", target="9999999999", quantity="24000000"))
    desk.send(a_signal(symbol="MSFT", side=Side.SHORT, market="100", stop="101", target="1", quantity="24000000"))
    desk.account_name = "another"
    desk.enable(**FREE)
    desk.send(a_signal(market="100", stop="99", target="418", quantity="1"))
    desk.bars(a_bar("10:00", close="415"))
    known, curve = len(desk.facts), desk.curve
    assert desk.rejected(a_bar("10:30", open="415", close="420")) == [(0, "INVALID")]
    assert (len(desk.facts), desk.curve) == (known, curve)


def test_r2_a_timestamp_up_to_a_minute_ahead_of_the_wall_clock_is_allowed() -> None:
    desk = TheDesk(wall=at("09:29"))
    assert desk.code(a_signal(market="100", timestamp="09:30")) is None


def test_r2_a_timestamp_over_a_minute_ahead_of_the_wall_clock_is_invalid_and_stores_nothing() -> None:
    desk = TheDesk(wall=at("09:28"))
    result = desk.send(a_signal(market="100", timestamp="09:30"))
    refusal = desk.refusal_of(result)
    assert (refusal.code, refusal.field, result.signal) == (ErrorCode.INVALID_INPUT, "timestamp", None)
    assert len(desk.facts) == 1  # the account's opening


@pytest.mark.parametrize("offset", [None, timezone(timedelta(hours=2))], ids=["none", "+02:00"])
def test_r3_the_domain_takes_times_in_utc_only(offset: timezone | None) -> None:
    local = datetime(2024, 3, 4, 9, 30, tzinfo=offset)
    with pytest.raises(Invalid, match=r"^`timestamp` must be in UTC$"):
        ClosePosition("default", signal_id(1), timestamp=local)
    with pytest.raises(Invalid, match=r"^`start` must be in UTC$"):
        replace(a_bar("09:30"), start=local)
    with pytest.raises(Invalid, match=r"^`time` must be in UTC$"):
        replace(a_quote("09:30", "100"), time=local)
