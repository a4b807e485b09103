"""R13 the side, R14 the levels, and the price against them."""

from typing import Any

import pytest

from domain.orders.request import EntryType
from domain.orders.side import Pattern, Side
from domain.refusals import ErrorCode
from domain.validation import Invalid
from tests.builders import FREE, D, TheDesk, a_bar, a_limit, a_next_open, a_signal, a_stop_entry, both_sides, per_share

SIDES = {Pattern.SPRING: Side.LONG, Pattern.SOS: Side.LONG, Pattern.LPS: Side.LONG, Pattern.UTAD: Side.SHORT}
LEVELS: dict[Side, dict[str, Any]] = {
    Side.LONG: {"stop": "95", "target": "110"},
    Side.SHORT: {"stop": "105", "target": "90"},
}

by_pattern = pytest.mark.parametrize(("pattern", "implied"), SIDES.items(), ids=lambda member: member.value)


@by_pattern
def test_r13_a_pattern_implies_the_side(pattern: Pattern, implied: Side) -> None:
    desk = TheDesk()
    desk.send(a_signal(side=None, pattern=pattern, market="100", **LEVELS[implied]))
    assert (desk.position().side, desk.position().pattern) == (implied, pattern)


@by_pattern
def test_r13_a_pattern_and_the_side_it_implies_agree(pattern: Pattern, implied: Side) -> None:
    desk = TheDesk()
    assert desk.code(a_signal(side=implied, pattern=pattern, market="100", **LEVELS[implied])) is None


@by_pattern
def test_r13_a_pattern_and_the_other_side_contradict(pattern: Pattern, implied: Side) -> None:
    desk = TheDesk()
    other = Side.SHORT if implied is Side.LONG else Side.LONG
    refusal = desk.refuses(a_signal(side=other, pattern=pattern, market="100", **LEVELS[other]))
    assert (refusal.code, refusal.field) == (ErrorCode.CONTRADICTORY_SIDE, "side")
    assert desk.status() == "REJECTED"


def test_r13_without_side_and_pattern_a_signal_is_invalid() -> None:
    with pytest.raises(Invalid, match=r"^give side, or a pattern that implies it"):
        a_signal(side=None)


@pytest.mark.parametrize(
    ("levels", "field", "limit", "actual"),
    [
        ({"stop": "110", "target": "110"}, "target1", "110", "110"),
        ({"stop": "111", "target": "110"}, "target1", "111", "110"),
        ({"target": "110", "target2": "109.99"}, "target2", "110", "109.99"),
    ],
)
def test_r14_levels_out_of_order_are_refused(levels: dict[str, Any], field: str, limit: str, actual: str) -> None:
    desk = TheDesk()
    refusal = desk.refuses(a_signal(market="100", **levels))
    assert (refusal.code, refusal.field) == (ErrorCode.INVALID_LEVELS, field)
    assert (refusal.limit, refusal.actual) == (D(limit), D(actual))


@both_sides
@pytest.mark.parametrize(
    "levels",
    [
        {"price": "95", "stop": "95"},
        {"price": "94", "stop": "95"},
        {"price": "110", "target": "110"},
        {"price": "111", "target": "110"},
        {"price": "100", "target": "110", "target2": "109"},
    ],
    ids=str,
)
@pytest.mark.parametrize("entry", [EntryType.LIMIT, EntryType.STOP], ids=lambda entry: entry.value)
def test_r14_an_entry_price_lies_between_stop_and_target(side: Side, levels: dict[str, Any], entry: EntryType) -> None:
    desk = TheDesk(side)
    assert desk.code(a_signal(entry=entry, **levels)) is ErrorCode.INVALID_LEVELS
    assert desk.working == []


@both_sides
def test_r14_both_targets_may_be_the_same_price(side: Side) -> None:
    desk = TheDesk(side)
    desk.send(a_signal(market="100", target="110", target2="110"))
    desk.bars(a_bar("10:00", high="110"))
    assert desk.exits() == ["TARGET_1 50 @ 110", "TARGET_2 50 @ 110"]


@both_sides
def test_r14_a_single_target_closes_everything(side: Side) -> None:
    desk = TheDesk(side)
    desk.send(a_signal(market="100", target="110"))
    desk.bars(a_bar("10:00", high="110"))
    assert desk.exits() == ["TARGET_1 100 @ 110"]
    assert desk.open == []


@both_sides
@pytest.mark.parametrize(
    ("price", "code"),
    [
        ("95.01", None),
        ("95", ErrorCode.STOP_ALREADY_BREACHED),
        ("94", ErrorCode.STOP_ALREADY_BREACHED),
        ("109.99", None),
        ("110", ErrorCode.TARGET_ALREADY_REACHED),
        ("111", ErrorCode.TARGET_ALREADY_REACHED),
    ],
)
def test_r14_a_price_at_or_beyond_stop_or_target_is_refused(side: Side, price: str, code: ErrorCode | None) -> None:
    desk = TheDesk(side, **FREE)
    assert desk.code(a_signal(market=price, target2="120")) is code
    assert desk.has_position() is (code is None)


def test_r14_the_refusal_names_the_level_and_the_price() -> None:
    desk = TheDesk()
    breached = desk.refuses(a_signal(market="94", stop="95"))
    assert (breached.field, breached.limit, breached.actual) == ("stop_loss", D("95"), D("94"))
    reached = desk.refuses(a_signal(market="111", target="110"))
    assert (reached.field, reached.limit, reached.actual) == ("target1", D("110"), D("111"))


@both_sides
def test_r14_it_is_the_price_before_slippage_that_counts(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"))
    desk.send(a_signal(market="109.99", stop="108", target="110"))
    assert desk.entry() == "ENTRY 100 @ 110.01"


@both_sides
def test_r14_a_next_open_is_checked_against_the_last_price_when_it_is_sent(side: Side) -> None:
    desk = TheDesk(side)
    desk.quote("09:30", "110")
    assert desk.code(a_next_open(target="110")) is ErrorCode.TARGET_ALREADY_REACHED


@both_sides
def test_r14_the_price_is_checked_again_when_a_waiting_signal_fills(side: Side) -> None:
    desk = TheDesk(side)
    desk.quote("09:30", "100")
    desk.send(a_limit("98", stop="95"))
    desk.send(a_stop_entry("105", target="110"))
    desk.send(a_next_open(stop="95"))
    desk.send(a_limit("98", stop="95", symbol="MSFT"))
    desk.bars(a_bar("10:00", open="95"), a_bar("10:30", open="110"))
    assert [desk.status(number) for number in (1, 2, 3, 4)] == ["REJECTED", "REJECTED", "REJECTED", "WORKING"]
    refusals = [desk.signal(number).refusal for number in (1, 2, 3)]
    assert [refusal and refusal.code for refusal in refusals] == [
        ErrorCode.STOP_ALREADY_BREACHED,
        ErrorCode.TARGET_ALREADY_REACHED,
        ErrorCode.STOP_ALREADY_BREACHED,
    ]
    assert desk.open == []
    assert desk.earned == D("0")
