"""R49: limits that are only touched."""

import pytest

from domain.orders.side import Side
from domain.portfolio.settings import IntrabarPolicy, LimitFill
from tests.builders import FREE, D, TheDesk, a_bar, a_limit, a_quote, a_signal, a_stop_entry, both_policies, both_sides

THROUGH = LimitFill.THROUGH


def through(side: Side, policy: IntrabarPolicy = IntrabarPolicy.PESSIMISTIC) -> TheDesk:
    """A desk whose limits fill where bars trade through them."""
    return TheDesk(side, **FREE, limit_fill=THROUGH, intrabar=policy)


@both_sides
def test_r49_a_limit_entry_that_is_only_touched_waits_on(side: Side) -> None:
    desk = through(side)
    desk.send(a_limit("98"))
    desk.bars(a_bar("10:00", low="98"))
    assert desk.status() == "WORKING"
    desk.bars(a_bar("10:30", low="97.99999999"))
    assert desk.entry() == "ENTRY 100 @ 98"


@both_sides
def test_r49_a_target_that_is_only_touched_does_not_fill(side: Side) -> None:
    desk = through(side)
    desk.send(a_signal(market="100", target="105", target2="110"))
    desk.bars(a_bar("10:00", high="105"))
    assert desk.exits() == []
    desk.bars(a_bar("10:30", high="110"))
    assert desk.exits() == ["TARGET_1 50 @ 105"]
    desk.bars(a_bar("11:00", open="109", high="110.00000001"))
    assert desk.exits()[1:] == ["TARGET_2 50 @ 110"]


@both_sides
def test_r49_at_an_open_and_at_a_quote_its_price_is_enough(side: Side) -> None:
    desk = through(side)
    desk.send(a_limit("98", target="105", target2="110"))
    desk.bars(a_bar("10:00", open="98"))
    assert desk.entry() == "ENTRY 100 @ 98 gap"
    desk.bars(a_quote("10:31", "105"), a_bar("11:00", open="110"))
    assert desk.exits() == ["TARGET_1 50 @ 105 gap", "TARGET_2 50 @ 110 gap"]


@both_sides
def test_r49_stops_and_stop_entries_are_met_by_a_touch(side: Side) -> None:
    desk = through(side)
    desk.send(a_stop_entry("102"))
    desk.bars(a_bar("10:00", high="102"), a_bar("10:30", open="101", low="95"))
    assert (desk.entry(), desk.exits()) == ("ENTRY 100 @ 102", ["STOP_LOSS 100 @ 95"])


@both_sides
@both_policies
def test_r49_a_bar_that_only_touches_the_target_and_meets_the_stop_is_not_ambiguous(
    side: Side, policy: IntrabarPolicy
) -> None:
    desk = through(side, policy)
    desk.send(a_signal(market="100", target="105"))
    desk.bars(a_bar("10:00", high="105", low="95"))
    assert desk.exits() == ["STOP_LOSS 100 @ 95"]


@both_sides
@both_policies
@pytest.mark.parametrize(("close", "is_sure"), [("105", False), ("105.01", True)])
def test_r49_after_a_limit_inside_a_bar_only_a_close_beyond_the_target_is_surely_later(
    side: Side, policy: IntrabarPolicy, close: str, is_sure: bool
) -> None:
    desk = through(side, policy)
    desk.send(a_limit("98", target="105"))
    desk.bars(a_bar("10:00", low="97", high="106", close=close))
    fills = is_sure or policy is IntrabarPolicy.OPTIMISTIC
    flag = "" if is_sure else " ambiguous"
    assert desk.exits() == ([f"TARGET_1 100 @ 105{flag}"] if fills else [])
    assert desk.fill().ambiguous is (not fills)


@both_sides
def test_r49_it_is_the_setting_of_the_moment_that_counts(side: Side) -> None:
    desk = through(side)
    desk.send(a_limit("98", target="105"))
    desk.bars(a_bar("10:00", low="98"))
    desk.change(limit_fill=None)
    desk.bars(a_bar("10:30", low="98"), a_bar("11:00", high="105"))
    assert (desk.entry(), desk.exits()) == ("ENTRY 100 @ 98", ["TARGET_1 100 @ 105"])
    assert desk.account.settings.limit_fill is LimitFill.TOUCH
    assert desk.earned == D("700")
