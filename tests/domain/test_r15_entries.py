"""R15: how a signal enters, at which price, and when."""

import pytest

from domain.refusals import ErrorCode
from domain.sides import Side
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


def a_desk(side: Side) -> TheDesk:
    return TheDesk(side, slippage=per_share("0.02"))


@both_sides
def test_r15_a_market_signal_enters_at_its_own_price(side: Side) -> None:
    desk = a_desk(side)
    answer = desk.send(a_signal(market="100", timestamp="09:45"))
    assert answer.signal.status.value == "EXECUTED"
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
def test_r15_an_own_price_stands_against_one_of_the_same_time(side: Side) -> None:
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
    assert (refusal.code, refusal.field) == (ErrorCode.NO_MARKET_PRICE, "marketPrice")


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
    side: Side, bar: dict[str, str], entry: str | None, time: str | None
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
    side: Side, bar: dict[str, str], entry: str | None, time: str | None
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
        (lambda: a_limit("98", market="98"), "marketPrice"),
        (lambda: a_next_open(price="98"), "entryPrice"),
        (lambda: a_signal(price="98"), "entryPrice"),
        (lambda: a_signal(good_until="10:00"), "goodUntil"),
        (lambda: a_limit(None), "entryPrice"),
    ],
    ids=[
        "own price of a limit",
        "price of next open",
        "price of market",
        "good until of market",
        "limit without price",
    ],
)
def test_r15_what_means_nothing_for_an_entry_is_refused(build: object, field: str) -> None:
    with pytest.raises(Invalid) as problem:
        build()  # type: ignore[operator]
    assert problem.value.field == field
