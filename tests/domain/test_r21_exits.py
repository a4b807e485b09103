"""R21 at the open, R22 inside the bar, R23 stop and target both inside one bar."""

import pytest

from domain.orders.side import Side
from domain.portfolio.settings import IntrabarPolicy
from tests.builders import FREE, D, TheDesk, a_bar, a_quote, a_signal, at, both_policies, both_sides, holding, per_share

PESSIMISTIC, OPTIMISTIC = IntrabarPolicy.PESSIMISTIC, IntrabarPolicy.OPTIMISTIC


@both_sides
@pytest.mark.parametrize(
    ("opening", "price"), [("94", "93.98"), ("95", "94.98"), ("95.01", None)], ids=["beyond", "at", "before"]
)
def test_r21_a_bar_that_opens_at_or_below_the_stop_fills_at_its_open(
    side: Side, opening: str, price: str | None
) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", open=opening, high="112"))
    if price is None:
        assert desk.exits()[-1] == "TARGET_2 50 @ 110"
    else:
        assert desk.exits() == [f"STOP_LOSS 100 @ {price} gap"]
        assert (desk.exit().time, desk.position().status.value) == (at("10:00"), "STOPPED")


@both_sides
@pytest.mark.parametrize(
    ("opening", "exits"),
    [
        ("104.99", []),
        ("105", ["TARGET_1 50 @ 105 gap"]),
        ("106.5", ["TARGET_1 50 @ 106.5 gap"]),
        ("110", ["TARGET_1 50 @ 110 gap", "TARGET_2 50 @ 110 gap"]),
        ("112", ["TARGET_1 50 @ 112 gap", "TARGET_2 50 @ 112 gap"]),
    ],
)
def test_r21_targets_that_a_bar_opens_beyond_fill_at_its_open_without_slippage(
    side: Side, opening: str, exits: list[str]
) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", open=opening))
    assert desk.exits() == exits
    assert [fill.time for fill in desk.position().fills[1:]] == [at("10:00")] * len(exits)
    assert [fill.slippage for fill in desk.position().fills[1:]] == [D("0")] * len(exits)


@both_sides
@both_policies
def test_r21_what_happened_at_the_open_came_before_what_is_inside(side: Side, policy: IntrabarPolicy) -> None:
    desk = holding(side, policy)
    desk.bars(a_bar("10:00", open="106", low="94"))
    assert desk.exits() == ["TARGET_1 50 @ 106 gap", "STOP_LOSS 50 @ 94.98"]
    assert [fill.time for fill in desk.position().fills[1:]] == [at("10:00"), at("10:30")]


@both_sides
def test_r21_after_a_target_at_the_open_the_next_may_come_inside(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", open="106", high="111"))
    assert desk.exits() == ["TARGET_1 50 @ 106 gap", "TARGET_2 50 @ 110"]


@both_sides
@pytest.mark.parametrize(("low", "exits"), [("95.01", []), ("95", 1), ("90", 1)])
def test_r22_a_stop_touched_inside_a_bar_fills_at_the_stop(side: Side, low: str, exits: object) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", low=low))
    assert desk.exits() == (["STOP_LOSS 100 @ 94.98"] if exits else [])
    if exits:
        assert desk.exit().time == at("10:30")


@both_sides
@pytest.mark.parametrize(
    ("high", "exits"),
    [
        ("104.99", []),
        ("105", ["TARGET_1 50 @ 105"]),
        ("109.99", ["TARGET_1 50 @ 105"]),
        ("110", ["TARGET_1 50 @ 105", "TARGET_2 50 @ 110"]),
        ("120", ["TARGET_1 50 @ 105", "TARGET_2 50 @ 110"]),
    ],
)
def test_r22_targets_touched_inside_a_bar_fill_at_their_prices(side: Side, high: str, exits: list[str]) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", high=high))
    assert desk.exits() == exits
    assert {fill.time for fill in desk.position().fills[1:]} <= {at("10:30")}


@both_sides
def test_r22_the_second_target_may_come_bars_later(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", high="106"), a_bar("10:30", high="106"), a_bar("11:00", high="110"))
    assert desk.exits() == ["TARGET_1 50 @ 105", "TARGET_2 50 @ 110"]
    assert [fill.time for fill in desk.position().fills[1:]] == [at("10:30"), at("11:30")]


@both_sides
def test_r22_after_the_first_target_the_stop_takes_the_rest(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", high="106"), a_bar("10:30", low="95"))
    assert desk.exits() == ["TARGET_1 50 @ 105", "STOP_LOSS 50 @ 94.98"]


@both_sides
def test_r22_a_bar_under_way_at_the_entry_only_moves_the_mark(side: Side) -> None:
    desk = holding(side, timestamp="09:45")
    desk.bars(a_bar("09:30", high="115", low="90", close="101"))
    assert (desk.exits(), desk.unrealized) == ([], D("98"))  # bought at 100.02
    desk.bars(a_bar("10:00", low="95"))
    assert desk.exits() == ["STOP_LOSS 100 @ 94.98"]


@both_sides
def test_r22_a_bar_that_starts_at_the_entry_can_trigger(side: Side) -> None:
    desk = holding(side, timestamp="10:00")
    desk.bars(a_bar("10:00", low="94"))
    assert desk.exits() == ["STOP_LOSS 100 @ 94.98"]


@both_sides
def test_r22_quotes_trigger_at_their_price(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_quote("10:01", "106"), a_quote("10:02", "94"))
    assert desk.exits() == ["TARGET_1 50 @ 106 gap", "STOP_LOSS 50 @ 93.98 gap"]


@both_sides
@pytest.mark.parametrize(
    ("policy", "high", "exits"),
    [
        (PESSIMISTIC, "105", ["STOP_LOSS 100 @ 94.98 ambiguous"]),
        (OPTIMISTIC, "105", ["TARGET_1 50 @ 105 ambiguous", "STOP_LOSS 50 @ 94.98 ambiguous"]),
        (PESSIMISTIC, "110", ["STOP_LOSS 100 @ 94.98 ambiguous"]),
        (OPTIMISTIC, "110", ["TARGET_1 50 @ 105 ambiguous", "TARGET_2 50 @ 110 ambiguous"]),
    ],
)
def test_r23_stop_and_target_inside_one_bar_are_ordered_by_the_policy(
    side: Side, policy: IntrabarPolicy, high: str, exits: list[str]
) -> None:
    desk = holding(side, policy)
    desk.bars(a_bar("10:00", high=high, low="95"))
    assert desk.exits() == exits


@both_sides
@pytest.mark.parametrize(
    ("policy", "exits"),
    [(PESSIMISTIC, ["STOP_LOSS 100 @ 94.98 ambiguous"]), (OPTIMISTIC, ["TARGET_1 100 @ 105 ambiguous"])],
)
def test_r23_a_single_target_takes_all_or_nothing(side: Side, policy: IntrabarPolicy, exits: list[str]) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"), intrabar=policy)
    desk.send(a_signal(market="100", stop="95", target="105"))
    desk.bars(a_bar("10:00", high="106", low="94"))
    assert desk.exits() == exits


@both_sides
@pytest.mark.parametrize(
    ("policy", "rest"),
    [(PESSIMISTIC, "STOP_LOSS 50 @ 94.98 ambiguous"), (OPTIMISTIC, "TARGET_2 50 @ 110 ambiguous")],
)
def test_r23_the_policy_orders_what_is_left_after_the_first_target(
    side: Side, policy: IntrabarPolicy, rest: str
) -> None:
    desk = holding(side, policy)
    desk.bars(a_bar("10:00", high="105"), a_bar("10:30", high="111", low="94"))
    assert desk.exits() == ["TARGET_1 50 @ 105", rest]


@both_sides
@both_policies
def test_r23_where_nothing_leaves_at_the_target_the_order_does_not_matter(side: Side, policy: IntrabarPolicy) -> None:
    desk = holding(side, policy, scale_out="0")
    desk.bars(a_bar("10:00", high="106", low="94"))
    assert desk.exits() == ["STOP_LOSS 100 @ 94.98"]


@both_sides
def test_r23_pessimistic_is_the_default(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"))
    desk.send(a_signal(market="100", stop="95", target="105"))
    desk.bars(a_bar("10:00", high="106", low="94"))
    assert desk.exits() == ["STOP_LOSS 100 @ 94.98 ambiguous"]


@both_sides
def test_r23_the_policy_is_the_one_in_force_at_the_bar(side: Side) -> None:
    desk = holding(side, PESSIMISTIC)
    desk.change(intrabar=OPTIMISTIC)
    desk.bars(a_bar("10:00", high="110", low="95"))
    assert desk.exits() == ["TARGET_1 50 @ 105 ambiguous", "TARGET_2 50 @ 110 ambiguous"]


def test_r22_each_of_several_positions_in_one_symbol_leaves_at_its_own_levels() -> None:
    desk = TheDesk(**FREE)
    desk.send(a_signal(market="100", stop="95", target="105"))
    desk.send(a_signal(market="100", stop="97", target="110"))
    desk.send(a_signal(side=Side.SHORT, market="100", stop="108", target="90"))
    desk.bars(a_bar("10:00", high="105", low="96"))
    assert (desk.exits(1), desk.exits(2), desk.exits(3)) == (
        ["TARGET_1 100 @ 105"],
        ["STOP_LOSS 100 @ 97"],
        [],
    )
