"""R15: AT_CLOSE fills at the close of the first bar that ends at or after the timestamp, whether it has come or not."""

from dataclasses import replace

import pytest

from domain.orders.side import Side
from domain.refusals import ErrorCode
from domain.validation import Invalid
from tests.builders import (
    FREE,
    D,
    TheDesk,
    a_bar,
    a_quote,
    an_at_close,
    at,
    both_sides,
    per_share,
)


def slipping(side: Side) -> TheDesk:
    """A desk that knows a last price, of 09:00, and slips by 0.02."""
    desk = TheDesk(side, slippage=per_share("0.02"))
    desk.quote("09:00", "100")
    return desk


@both_sides
@pytest.mark.parametrize("timestamp", ["10:00:01", "10:15", "10:30"])
def test_r15_one_that_waits_fills_at_the_close_slipped_and_dated_at_the_bars_end(side: Side, timestamp: str) -> None:
    """The bar may be under way at the timestamp, or end at it."""
    desk = slipping(side)
    desk.send(an_at_close(timestamp=timestamp))
    assert (desk.status(), desk.signal().reserved_price) == ("WORKING", D("100"))
    desk.bars(a_bar("09:30", close="99"), a_bar("10:00", close="101"), a_bar("10:30", close="103"))
    assert (desk.entry(), desk.position().entry_time) == ("ENTRY 100 @ 101.02", at("10:30"))


@both_sides
@pytest.mark.parametrize("timestamp", ["10:00:01", "10:30"])
def test_r15_where_the_bar_has_come_already_it_fills_at_once(side: Side, timestamp: str) -> None:
    desk = slipping(side)
    desk.bars(a_bar("09:30", close="99"), a_bar("10:00", close="101"))
    desk.send(an_at_close(timestamp=timestamp))
    assert (desk.status(), desk.entry(), desk.position().entry_time) == ("EXECUTED", "ENTRY 100 @ 101.02", at("10:30"))


@both_sides
def test_r15_it_is_the_same_whether_the_bar_or_the_signal_comes_first(side: Side) -> None:
    before, after = slipping(side), slipping(side)
    before.send(an_at_close(timestamp="10:30"))
    for desk in (before, after):
        desk.bars(a_bar("10:00", high="105", low="96", close="101", volume="1000"))
    after.send(an_at_close(timestamp="10:30"))
    assert before.position() == replace(after.position(), changed_seq=before.position().changed_seq)
    assert before.totals == after.totals


@both_sides
def test_r15_a_bar_that_ends_before_the_timestamp_is_not_the_one(side: Side) -> None:
    desk = slipping(side)
    desk.bars(a_bar("10:00", close="101"))
    desk.send(an_at_close(timestamp="10:30:01"))
    assert desk.status() == "WORKING"
    desk.bars(a_bar("10:30", close="102"))
    assert desk.entry() == "ENTRY 100 @ 102.02"


@both_sides
def test_r15_the_first_bar_after_a_pause_is_the_one_though_it_began_after_the_timestamp(side: Side) -> None:
    desk = slipping(side)
    desk.bars(a_bar("09:30", close="99"), a_bar("12:00", close="101"))
    desk.send(an_at_close(timestamp="11:00"))
    assert (desk.entry(), desk.position().entry_time) == ("ENTRY 100 @ 101.02", at("12:30"))


def test_r15_a_close_that_other_bars_have_followed_is_past() -> None:
    desk = slipping(Side.LONG)
    desk.bars(a_bar("10:00", close="101"), a_bar("10:30", close="102"))
    refusal = desk.refuses(an_at_close(timestamp="10:30"))
    assert (refusal.code, refusal.field) == (ErrorCode.LATE_SIGNAL, "timestamp")
    assert "2024-03-04T10:30:00Z" in refusal.message
    assert "2024-03-04T11:00:00Z" in refusal.message


@both_sides
def test_r15_quotes_are_no_bars_and_do_not_keep_it_from_the_close(side: Side) -> None:
    desk = slipping(side)
    desk.bars(a_bar("10:00", close="101"))
    desk.bars(a_quote("10:45", "108"))
    desk.send(an_at_close(timestamp="10:30"))
    assert (desk.entry(), desk.unrealized) == ("ENTRY 100 @ 101.02", D("698"))
    desk.send(an_at_close(timestamp="10:45"))
    desk.bars(a_quote("10:46", "109"))
    assert desk.status(2) == "WORKING"


def test_r15_it_needs_a_last_price_of_any_age_and_takes_no_price_of_its_own() -> None:
    desk = TheDesk(max_price_age_seconds=1)
    assert desk.code(an_at_close(timestamp="10:30")) is ErrorCode.NO_MARKET_PRICE
    desk.quote("09:00", "100")
    assert desk.code(an_at_close(timestamp="10:30")) is None
    for field in ("price", "market"):
        given: dict[str, str] = {field: "100"}
        with pytest.raises(Invalid, match=r"^entry AT_CLOSE takes no"):
            an_at_close(**given)


@both_sides
def test_r15_it_is_checked_again_at_the_close(side: Side) -> None:
    desk = slipping(side)
    desk.send(an_at_close(timestamp="10:30"))
    desk.bars(a_bar("10:00", close="110"))
    refusal = desk.signal().refusal
    assert (desk.status(), refusal and refusal.code) == ("REJECTED", ErrorCode.TARGET_ALREADY_REACHED)


@both_sides
def test_r15_the_bar_that_it_enters_at_takes_nothing_out_and_moves_no_stop(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.quote("09:00", "100")
    desk.send(an_at_close(timestamp="10:30", trailing=("100", "1")))
    desk.bars(a_bar("10:00", high="120", low="80", close="101"))
    assert (desk.exits(), desk.stop()) == ([], "95")
    desk.bars(a_bar("10:30", open="101", high="102"))
    assert desk.stop() == "101"
