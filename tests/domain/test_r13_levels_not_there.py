"""R14: a signal without a stop, without targets, or with neither."""

from typing import Any

import pytest

from domain.orders.side import Side
from domain.refusals import ErrorCode
from domain.validation import Invalid
from tests.builders import FREE, D, TheDesk, a_bar, a_limit, a_next_open, a_signal, a_stop_entry, at, both_sides

LOOSE: dict[str, Any] = {**FREE, "max_trade_risk_percent": D("100"), "max_heat_percent": D("100")}
"""Settings under which the whole amount of a trade may be at risk."""


@both_sides
def test_r14_without_targets_a_position_leaves_by_its_stop(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100", target=None))
    desk.bars(a_bar("10:00", high="190"))
    assert desk.exits() == []
    desk.bars(a_bar("10:30", open="150", low="95"))
    assert desk.exits() == ["STOP_LOSS 100 @ 95"]


@both_sides
def test_r14_without_a_stop_a_position_leaves_by_its_targets(side: Side) -> None:
    desk = TheDesk(side, **LOOSE)
    desk.send(a_signal(market="100", stop=None, target="105", target2="110"))
    desk.bars(a_bar("10:00", low="50"), a_bar("10:30", open="50", high="106"), a_bar("11:00", open="112"))
    assert desk.exits() == ["TARGET_1 50 @ 105", "TARGET_2 50 @ 112 gap"]
    assert desk.position().status.value == "TARGET_2_HIT"


@both_sides
def test_r14_with_neither_a_position_leaves_by_its_expiry_or_by_hand(side: Side) -> None:
    desk = TheDesk(side, **LOOSE)
    desk.send(a_signal(market="100", stop=None, target=None, quantity="10", expires="11:00"))
    desk.send(a_signal(market="100", stop=None, target=None, quantity="20"))
    desk.bars(a_bar("10:00", low="1", high="199"), a_bar("11:00", open="101"))
    assert desk.exits(1) == ["EXPIRED 10 @ 101"]
    desk.close(2)
    assert desk.exits(2) == ["MANUAL 20 @ 101"]
    assert [desk.position(number).status.value for number in (1, 2)] == ["EXPIRED", "CLOSED"]


@both_sides
def test_r14_a_waiting_signal_without_levels_fills_wherever_its_price_is(side: Side) -> None:
    desk = TheDesk(side, **LOOSE)
    desk.quote("09:30", "100")
    for signal in (a_limit("98", stop=None, target=None), a_stop_entry("105", stop=None, target=None), a_next_open()):
        assert desk.code(signal) is None
    desk.bars(a_bar("10:00", low="97", high="106"))
    assert [desk.entry(number) for number in (1, 2, 3)] == [
        "ENTRY 100 @ 98",
        "ENTRY 100 @ 105",
        "ENTRY 100 @ 100",
    ]


@both_sides
def test_r14_the_levels_that_are_there_are_checked_all_the_same(side: Side) -> None:
    desk = TheDesk(side, **LOOSE)
    assert desk.code(a_signal(market="94", target=None)) is ErrorCode.STOP_ALREADY_BREACHED
    assert desk.code(a_signal(market="111", stop=None)) is ErrorCode.TARGET_ALREADY_REACHED
    assert desk.code(a_limit("95", target=None)) is ErrorCode.INVALID_LEVELS
    assert desk.code(a_limit("110", stop=None)) is ErrorCode.INVALID_LEVELS
    assert desk.code(a_signal(market="100", stop=None, target="110", target2="109")) is ErrorCode.INVALID_LEVELS


def test_r14_a_second_target_needs_a_first() -> None:
    with pytest.raises(Invalid, match=r"^`target2` needs a `target1`") as refused:
        a_signal(target=None, target2="110")
    assert refused.value.field == "target2"


@both_sides
def test_r14_only_the_stop_counts_inside_the_bar_of_the_entry_where_there_is_no_target(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_limit("98", target=None))
    desk.bars(a_bar("10:00", low="94", high="150"))
    assert desk.exits() == ["STOP_LOSS 100 @ 95"]
    assert not desk.fill().ambiguous


@both_sides
def test_r14_nothing_is_ambiguous_inside_a_bar_that_meets_a_target_where_there_is_no_stop(side: Side) -> None:
    desk = TheDesk(side, **LOOSE)
    desk.send(a_signal(market="100", stop=None, target="105"))
    desk.bars(a_bar("10:00", low="1", high="105"))
    assert desk.exits() == ["TARGET_1 100 @ 105"]


@both_sides
def test_r14_without_a_stop_there_is_no_r_multiple(side: Side) -> None:
    desk = TheDesk(side, **LOOSE)
    desk.send(a_signal(market="100", stop=None, target="105"))
    assert (desk.position().stop, desk.position().r_multiple(D("103"))) == (None, None)
    desk.bars(a_bar("10:00", high="105"))
    trade = desk.trade()
    assert (trade.initial_stop, trade.r_multiple, trade.realized_pnl) == (None, None, D("500"))
    assert (desk.totals.trades, desk.totals.r_count, desk.totals.average_r) == (1, 0, None)
    assert trade.exit_time == at("10:30")
