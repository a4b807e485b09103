"""R15: how a signal enters, at which price, and when."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.orders.request import EntryType, Request
from domain.orders.side import Side
from domain.refusals import ErrorCode
from domain.validation import Invalid
from tests.builders import (
    FREE,
    D,
    TheDesk,
    a_bar,
    a_limit,
    a_next_open,
    a_quote,
    a_signal,
    a_stop_entry,
    at,
    both_sides,
    per_share,
)

Entering = Callable[[str], Request]


def a_desk(side: Side) -> TheDesk:
    return TheDesk(side, slippage=per_share("0.02"))


@both_sides
def test_r15_a_market_signal_enters_at_its_own_price(side: Side) -> None:
    desk = a_desk(side)
    result = desk.send(a_signal(market="100", timestamp="09:45"))
    assert desk.signal_of(result).status.value == "EXECUTED"
    assert desk.entry() == "ENTRY 100 @ 100.02"
    assert desk.fill().time == at("09:45")


@both_sides
def test_r15_an_own_price_is_no_quote(side: Side) -> None:
    desk = a_desk(side)
    desk.send(a_signal(market="100"))
    assert desk.last_price() is None
    assert desk.code(a_signal()) is ErrorCode.NO_MARKET_PRICE


@both_sides
def test_r15_an_own_price_marks_its_position_alone(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.quote("09:00", "99")
    desk.send(a_signal(stop="95"))
    desk.send(a_signal(stop="95", market="101", timestamp="09:45"))
    assert desk.earned == D("0")
    assert desk.last_price() == "99 at 09:00"


@both_sides
def test_r15_an_own_price_marks_its_position_until_the_symbols_next_bar_or_quote(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100"))
    desk.quote("09:20", "97", symbol="MSFT")
    assert desk.unrealized == D("0")
    desk.quote("09:20", "97")
    assert desk.unrealized == D("-300")


@both_sides
def test_r15_an_own_price_yields_to_a_later_one(side: Side) -> None:
    desk = a_desk(side)
    desk.bars(a_bar("09:30", close="101"))
    desk.send(a_signal(market="100", timestamp="09:45"))
    assert desk.entry() == "ENTRY 100 @ 101.02"
    assert desk.fill().time == at("10:00")


@both_sides
def test_r15_an_own_price_prevails_over_one_of_the_same_time(side: Side) -> None:
    desk = a_desk(side)
    desk.bars(a_bar("09:30", close="101"))
    desk.send(a_signal(market="100", timestamp="10:00"))
    assert desk.entry() == "ENTRY 100 @ 100.02"


@both_sides
def test_r15_without_a_price_of_its_own_it_enters_at_the_last_price(side: Side) -> None:
    desk = a_desk(side)
    desk.bars(a_bar("09:30", close="101"))
    desk.send(a_signal(timestamp="12:00"))
    desk.send(a_signal(timestamp="09:45"))
    assert [desk.entry(1), desk.entry(2)] == ["ENTRY 100 @ 101.02"] * 2
    assert [desk.fill(1).time, desk.fill(2).time] == [at("12:00"), at("10:00")]


def test_r15_without_any_price_it_is_refused() -> None:
    desk = TheDesk()
    desk.quote("09:30", "100", symbol="MSFT")
    refusal = desk.refuses(a_signal())
    assert (refusal.code, refusal.field) == (ErrorCode.NO_MARKET_PRICE, "market_price")


def test_r15_the_last_price_may_be_a_day_old_and_no_second_older() -> None:
    desk = TheDesk()
    desk.quote("2024-03-03 09:30", "100")
    assert desk.code(a_signal(timestamp="09:30")) is None
    refusal = desk.refuses(a_signal(timestamp="2024-03-04 09:30:01"))
    assert (refusal.code, refusal.limit, refusal.actual) == (
        ErrorCode.STALE_MARKET_PRICE,
        D("86400"),
        D("86401"),
    )


def test_r15_how_old_a_price_may_be_is_a_setting() -> None:
    desk = TheDesk(max_price_age_seconds=60)
    desk.quote("09:30", "100")
    refusal = desk.refuses(a_signal(timestamp="2024-03-04 09:31:00.5"))
    assert (refusal.code, refusal.limit, refusal.actual) == (ErrorCode.STALE_MARKET_PRICE, D("60"), D("60.5"))
    assert desk.code(a_signal(timestamp="09:31")) is None


def test_r15_an_own_price_is_never_stale() -> None:
    desk = TheDesk(max_price_age_seconds=60)
    desk.quote("09:30", "100")
    assert desk.code(a_signal(timestamp="11:00", market="100")) is None


ENTRIES = [
    lambda timestamp: a_signal(timestamp=timestamp),
    lambda timestamp: a_signal(timestamp=timestamp, market="100"),
    lambda timestamp: a_next_open(timestamp=timestamp),
    lambda timestamp: a_limit("98", timestamp=timestamp),
    lambda timestamp: a_stop_entry("102", timestamp=timestamp),
]
every_entry = pytest.mark.parametrize("entering", ENTRIES, ids=["MARKET", "own price", "NEXT_OPEN", "LIMIT", "STOP"])


@both_sides
@every_entry
def test_r15_a_signal_dated_a_day_before_the_last_price_is_late_however_it_enters(
    side: Side, entering: Entering
) -> None:
    desk = a_desk(side)
    desk.quote("2024-03-05 09:30", "100")
    refusal = desk.refuses(entering("2024-03-04 09:30"), 1)
    assert (refusal.code, refusal.field) == (ErrorCode.LATE_SIGNAL, "timestamp")
    assert (refusal.limit, refusal.actual) == (D("86400"), D("86400"))
    assert refusal.message == (
        "the timestamp 2024-03-04T09:30:00Z lies 1 day before the last price of AAPL, of 2024-03-05T09:30:00Z: "
        "1 day or more is late (R15)"
    )
    assert desk.status(1) == "REJECTED"
    assert desk.code(entering("2024-03-04 09:30:01"), 2) is None


@both_sides
@every_entry
def test_r15_how_late_a_signal_may_be_is_the_age_of_a_price_and_none_that_is_not_before_it_is(
    side: Side, entering: Entering
) -> None:
    desk = a_desk(side)
    desk.change(max_price_age_seconds=0)
    desk.quote("09:30", "100")
    assert desk.code(entering("09:29:59"), 1) is ErrorCode.LATE_SIGNAL
    assert desk.code(entering("09:30"), 2) is None


@every_entry
def test_r15_late_is_measured_by_the_signals_own_symbol(entering: Entering) -> None:
    desk = TheDesk()
    desk.quote("2024-03-02 09:30", "100")
    desk.quote("2026-03-04 09:30", "100", symbol="MSFT")
    assert desk.code(entering("2024-03-02 10:00")) is None


def test_r15_durations_are_written_in_words() -> None:
    desk = TheDesk(wall=at("2030-01-01 00:00"))
    desk.quote("2026-03-04 09:30", "100")
    late = desk.refuses(a_signal(timestamp="2024-03-04 09:30"))
    assert late.message == (
        "the timestamp 2024-03-04T09:30:00Z lies 2 years before the last price of AAPL, of 2026-03-04T09:30:00Z: "
        "1 day or more is late (R15)"
    )
    stale = desk.refuses(a_signal(timestamp="2028-03-04 21:45:30.5"))
    assert stale.message == (
        "the last price of AAPL is 2 years 1 day old at the signal's timestamp; at most 1 day (R15)"
    )
    desk.change(max_price_age_seconds=3_660)
    stale = desk.refuses(a_signal(timestamp="2026-03-04 10:31:00.5"))
    assert stale.message == (
        "the last price of AAPL is 1 hour 1 minute old at the signal's timestamp; at most 1 hour 1 minute (R15)"
    )


def test_r15_late_comes_after_the_levels_and_before_the_price() -> None:
    desk = TheDesk()
    desk.quote("2024-03-05 09:30", "100")
    late: dict[str, Any] = {"timestamp": "2024-03-04 09:30"}
    assert desk.code(a_signal(stop="120", **late)) is ErrorCode.INVALID_LEVELS
    assert desk.code(a_signal(stop="100", **late)) is ErrorCode.LATE_SIGNAL
    assert desk.code(a_signal(quantity="100000", **late)) is ErrorCode.LATE_SIGNAL


@both_sides
def test_r15_a_preview_says_that_a_signal_is_late(side: Side) -> None:
    desk = a_desk(side)
    desk.quote("2024-03-05 09:30", "100")
    seen = desk.preview(a_signal(timestamp="2024-03-04 09:30"))
    assert seen.refusal is not None
    assert seen.refusal.code is ErrorCode.LATE_SIGNAL


@both_sides
def test_r15_next_open_enters_at_the_open_of_the_first_bar_that_starts_at_or_after_its_timestamp(side: Side) -> None:
    desk = a_desk(side)
    desk.quote("09:00", "100")
    desk.send(a_next_open(timestamp="09:45"))
    desk.bars(a_bar("09:30", open="101"))
    assert (desk.status(), desk.has_position()) == ("WORKING", False)
    desk.bars(a_bar("10:00", open="102", close="103"))
    assert desk.entry() == "ENTRY 100 @ 102.02"
    assert desk.fill().time == at("10:00")


@both_sides
def test_r15_next_open_takes_a_bar_that_starts_at_its_timestamp_and_a_quote(side: Side) -> None:
    desk = a_desk(side)
    desk.quote("09:00", "100")
    desk.send(a_next_open(timestamp="09:30"))
    desk.send(a_next_open(timestamp="10:05"))
    desk.bars(a_bar("09:30", open="101"), a_quote("10:05", "102"))
    assert [desk.entry(1), desk.entry(2)] == ["ENTRY 100 @ 101.02", "ENTRY 100 @ 102.02"]


@both_sides
@pytest.mark.parametrize(
    ("bar", "entry", "time"),
    [
        ({"open": "97"}, "ENTRY 100 @ 97 gap", "10:00"),
        ({"open": "98"}, "ENTRY 100 @ 98 gap", "10:00"),
        ({"open": "100", "low": "97"}, "ENTRY 100 @ 98", "10:30"),
        ({"open": "100", "low": "98"}, "ENTRY 100 @ 98", "10:30"),
        ({"open": "100", "low": "98.01"}, None, None),
    ],
    ids=str,
)
def test_r15_a_limit_enters_at_a_better_open_or_where_the_bar_touches_it(
    side: Side, bar: dict[str, Any], entry: str | None, time: str | None
) -> None:
    desk = a_desk(side)
    desk.send(a_limit("98"))
    desk.bars(a_bar("10:00", **bar))
    assert desk.status() == ("WORKING" if entry is None else "EXECUTED")
    if time is not None:
        assert (desk.entry(), desk.fill().time) == (entry, at(time))


@both_sides
@pytest.mark.parametrize(
    ("bar", "entry", "time"),
    [
        ({"open": "103"}, "ENTRY 100 @ 103.02 gap", "10:00"),
        ({"open": "102"}, "ENTRY 100 @ 102.02 gap", "10:00"),
        ({"open": "100", "high": "103"}, "ENTRY 100 @ 102.02", "10:30"),
        ({"open": "100", "high": "102"}, "ENTRY 100 @ 102.02", "10:30"),
        ({"open": "100", "high": "101.99"}, None, None),
    ],
    ids=str,
)
def test_r15_a_stop_enters_at_an_open_beyond_it_or_where_the_bar_touches_it(
    side: Side, bar: dict[str, Any], entry: str | None, time: str | None
) -> None:
    desk = a_desk(side)
    desk.send(a_stop_entry("102"))
    desk.bars(a_bar("10:00", **bar))
    assert desk.status() == ("WORKING" if entry is None else "EXECUTED")
    if time is not None:
        assert (desk.entry(), desk.fill().time) == (entry, at(time))


@both_sides
def test_r15_quotes_fill_waiting_signals_at_their_price(side: Side) -> None:
    desk = a_desk(side)
    desk.send(a_limit("98"))
    desk.send(a_stop_entry("102"))
    desk.bars(a_quote("09:40", "97.5"), a_quote("09:50", "102.5"))
    assert [desk.entry(1), desk.entry(2)] == ["ENTRY 100 @ 97.5 gap", "ENTRY 100 @ 102.52 gap"]


@both_sides
def test_r15_only_bars_and_quotes_that_start_at_or_after_the_timestamp_fill(side: Side) -> None:
    desk = a_desk(side)
    desk.send(a_limit("98", timestamp="09:45"))
    desk.send(a_stop_entry("102", timestamp="09:45"))
    desk.bars(a_bar("09:30", high="103", low="97"))
    assert desk.working == [1, 2]
    desk.quote("10:00", "97")
    assert desk.working == [2]


@both_sides
def test_r15_a_waiting_signal_needs_no_market_price_but_next_open_does(side: Side) -> None:
    desk = a_desk(side)
    assert desk.code(a_limit("98")) is None
    assert desk.code(a_stop_entry("102")) is None
    assert desk.code(a_next_open()) is ErrorCode.NO_MARKET_PRICE


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: a_limit("98", market="98"), "market_price"),
        (lambda: a_next_open(price="98"), "entry_price"),
        (lambda: a_signal(price="98"), "entry_price"),
        (lambda: a_signal(good_until="10:00"), "good_until"),
        (lambda: a_signal(entry=EntryType.LIMIT), "entry_price"),
    ],
    ids=[
        "own price of a limit",
        "price of next open",
        "price of market",
        "good until of market",
        "limit without price",
    ],
)
def test_r15_fields_that_do_not_apply_to_an_entry_are_refused(build: Callable[[], Request], field: str) -> None:
    with pytest.raises(Invalid) as problem:
        build()
    assert problem.value.field == field


def test_r15_good_until_and_expiry_must_lie_after_the_timestamp() -> None:
    desk = TheDesk()
    early = desk.refuses(a_limit("98", good_until="09:30"))
    assert (early.code, early.field) == (ErrorCode.INVALID_INPUT, "good_until")
    over = desk.refuses(a_signal(market="100", expires="09:30"))
    assert (over.code, over.field) == (ErrorCode.INVALID_INPUT, "expires_at")
