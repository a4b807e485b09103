"""R14: levels relative to the fill become prices there, and hold at the raw price like any others."""

from typing import Any

import pytest

from domain.orders.request import Request
from domain.orders.side import Side
from domain.orders.trailing_stop import TrailingStop
from domain.refusals import ErrorCode
from domain.validation import Invalid
from tests.builders import (
    FREE,
    D,
    TheDesk,
    a_bar,
    a_limit,
    a_next_open,
    a_signal,
    both_sides,
    per_share,
    text,
)

TINY: dict[str, Any] = {"market": "0.0000001", "stop": "0.00000005"}


def levels(desk: TheDesk) -> tuple[str | None, ...]:
    """Stop, first stop and targets of the position, as prices."""
    position = desk.position()
    prices = (position.stop, position.initial_stop, position.target1, position.target2)
    mirrored = (price if price is None or desk.side is Side.LONG else 200 - price for price in prices)
    return tuple(None if price is None else text(price) for price in mirrored)


@both_sides
def test_r14_distance_and_multiples_are_reckoned_from_the_slipped_fill(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"))
    desk.send(a_signal(market="100", distance="2", target_r="1.5", target2_r="3"))
    assert levels(desk) == ("98.02", "98.02", "103.02", "106.02")
    assert desk.signal().request.stop_loss is None


def test_r14_a_percent_is_of_the_slipped_fill() -> None:
    desk = TheDesk(slippage=per_share("0.02"))
    desk.send(a_signal(market="100", stop_percent="5", target="120"))
    assert levels(desk) == ("95.019", "95.019", "120", None)
    desk = TheDesk(slippage=per_share("0.02"))
    desk.send(a_signal(market="100", side=Side.SHORT, stop_percent="5", target="80"))
    assert levels(desk) == ("104.979", "104.979", "80", None)


@both_sides
def test_r14_multiples_are_of_fill_less_stop_also_where_the_stop_is_a_price(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"))
    desk.send(a_signal(market="100", stop="95", target_r="2"))
    assert levels(desk) == ("95", "95", "110.06", None)


def test_r14_they_are_rounded_half_even_to_8_places() -> None:
    desk = TheDesk(**FREE)
    desk.send(a_signal(market="1.00000001", stop_percent="50", target_r="0.5", quantity="1"))
    assert levels(desk) == ("0.5", "0.5", "1.25000002", None)  # 0.500000005 and 1.250000015
    desk.send(a_signal(market="1.00000003", stop_percent="50", target=None, quantity="1"))
    assert desk.stop(2) == "0.50000002"  # 0.500000015


@both_sides
def test_r14_a_waiting_signal_gets_its_levels_where_it_fills(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.quote("09:00", "100")
    desk.send(a_next_open(distance="2", target_r="2"))
    assert desk.signal().reserved_risk == D("200")
    desk.bars(a_bar("10:00", open="104"))
    assert levels(desk) == ("102", "102", "108", None)


@both_sides
def test_r14_they_take_the_position_out_like_any_others(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_limit("98", distance="2", target_r="2", target2_r="4"))
    desk.bars(a_bar("10:00", low="97"), a_bar("10:30", high="102"), a_bar("11:00", low="96"))
    assert desk.exits() == ["TARGET_1 50 @ 102", "STOP_LOSS 50 @ 96"]
    assert desk.trade().r_multiple == D("0.5")


@both_sides
@pytest.mark.parametrize(
    ("signal", "code", "field"),
    [
        ({"distance": "0.02"}, ErrorCode.STOP_ALREADY_BREACHED, "stop_distance"),
        ({"distance": "0.01"}, ErrorCode.STOP_ALREADY_BREACHED, "stop_distance"),
        ({"distance": "0.03"}, None, None),
        ({"distance": "2", "target": "100"}, ErrorCode.TARGET_ALREADY_REACHED, "target1"),
        ({"distance": "2", "target_r": "2", "target2": "104"}, ErrorCode.INVALID_LEVELS, "target2"),
        ({"distance": "2", "target_r": "2", "target2": "104.02"}, None, None),
        ({"distance": "2", "target": "104.02", "target2_r": "1.99"}, ErrorCode.INVALID_LEVELS, "target2"),
        ({"distance": "2", "target_r": "2", "target2_r": "1.99"}, ErrorCode.INVALID_LEVELS, "target2_r"),
    ],
    ids=str,
)
def test_r14_they_lie_on_the_right_side_of_the_raw_price_and_in_their_order(
    side: Side, signal: dict[str, Any], code: ErrorCode | None, field: str | None
) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"))
    refusal = desk.send(a_signal(**{"market": "100", "quantity": "10", **signal})).refusal
    assert (refusal and refusal.code, refusal and refusal.field) == (code, field)


@pytest.mark.parametrize(
    ("signal", "field"),
    [
        ({"distance": "100"}, "stop_distance"),
        ({"stop_percent": "100"}, "stop_percent"),
        ({"market": "0.0000001", "stop_percent": "0.1"}, "stop_percent"),
        ({"stop": "99.9", "target_r": "0.00000001"}, "target1_r"),
        ({"stop": "1", "target_r": "999999999"}, "target1_r"),
        ({"distance": "2", "target_r": "1", "target2_r": "999999999"}, None),
        ({"side": Side.SHORT, "stop": "150", "target_r": "2"}, "target1_r"),
        ({"side": Side.SHORT, "stop": "150", "target_r": "1", "target2_r": "2"}, "target2_r"),
        ({"side": Side.SHORT, "stop_percent": "9999999999", "target": None}, "stop_percent"),
        ({"stop": None, "trailing": TrailingStop(offset=D("100"))}, "trailing_stop"),
        ({"stop": None, "trailing": TrailingStop(percent=D("100"))}, "trailing_stop"),
        ({"stop": "95", "trailing": TrailingStop(percent=D("100"))}, "trailing_stop.percent"),
        ({"stop": "95", "trailing": TrailingStop(percent=D("99.99"))}, None),
        ({"stop": "95", "trailing": TrailingStop(offset=D("100"))}, "trailing_stop.offset"),
        ({"stop": "95", "trailing": TrailingStop(offset=D("99.99"))}, None),
        ({"stop": "95", "trailing": TrailingStop(offset=D("110"), activation=D("110"))}, "trailing_stop.offset"),
        ({"stop": "95", "trailing": TrailingStop(offset=D("109"), activation=D("110"))}, None),
        ({"stop": "95", "trailing": TrailingStop(offset=D("99"), activation=D("90"))}, None),
        ({"stop": "95", "trailing": TrailingStop(percent=D("110"), activation_r=D("2"))}, "trailing_stop.percent"),
        ({"side": Side.SHORT, "stop": "105", "target": None, "trailing": TrailingStop(percent=D("101"))}, None),
        ({"side": Side.SHORT, "stop": "105", "target": None, "trailing": TrailingStop(offset=D("9999999900"))},
         "trailing_stop.offset"),
        ({"side": Side.SHORT, "stop": "105", "target": None,
          "trailing": TrailingStop(offset=D("9999999900"), activation=D("90"))}, None),
        (TINY | {"trailing": TrailingStop(percent=D("0.1"))}, "trailing_stop.percent"),
        ({"side": Side.SHORT, "stop": "150", "target": None, "trailing": TrailingStop(offset=D(1), activation_r=D(2))},
         "trailing_stop.activation_r"),
    ],
    ids=str,
)  # fmt: skip
def test_r14_a_level_that_is_no_price_or_lies_on_the_fill_is_refused(signal: dict[str, Any], field: str | None) -> None:
    desk = TheDesk(**FREE)
    refusal = desk.send(a_signal(**{"market": "100", "quantity": "1", "target": "200", **signal})).refusal
    assert (refusal and refusal.code, refusal and refusal.field) == (field and ErrorCode.INVALID_LEVELS, field)


def test_r14_a_waiting_signal_whose_levels_come_to_nothing_at_its_fill_is_refused_there() -> None:
    desk = TheDesk(**FREE)
    desk.quote("09:00", "100")
    desk.send(a_next_open(distance="60", target=None, quantity="1"))
    desk.bars(a_bar("10:00", open="60"))
    refusal = desk.signal().refusal
    assert (desk.status(), refusal and refusal.code, refusal and refusal.actual) == (
        "REJECTED",
        ErrorCode.INVALID_LEVELS,
        D("0"),
    )


@pytest.mark.parametrize(
    ("fields", "one", "other"),
    [
        ({"stop_loss": D(95), "stop_distance": D(5)}, "stop_loss", "stop_distance"),
        ({"stop_loss": D(95), "stop_percent": D(5)}, "stop_loss", "stop_percent"),
        ({"stop_distance": D(5), "stop_percent": D(5)}, "stop_distance", "stop_percent"),
        ({"target1": D(110), "target1_r": D(2)}, "target1", "target1_r"),
        ({"target2": D(120), "target2_r": D(3), "target1": D(110)}, "target2", "target2_r"),
    ],
)
def test_r14_a_level_is_given_in_one_way_alone(fields: dict[str, Any], one: str, other: str) -> None:
    base: dict[str, Any] = {"symbol": "AAPL", "side": Side.LONG, "quantity": D(1), "stop_loss": D(95)}
    if "stop_percent" in fields or "stop_distance" in fields:
        del base["stop_loss"]
    with pytest.raises(Invalid, match=f"^give `{one}` or `{other}`, not both") as refused:
        Request(**base | fields)
    assert refused.value.field == other


@pytest.mark.parametrize(
    ("signal", "field"),
    [
        ({"target_r": "2"}, "target1_r"),
        ({"target": "110", "target2_r": "2"}, "target2_r"),
        ({"trailing": TrailingStop(offset=D(1), activation_r=D(1))}, "trailing_stop.activation_r"),
        ({"trailing": TrailingStop(offset=D(1), activation=D(101)), "target_r": "2"}, "target1_r"),
    ],
)
def test_r14_multiples_need_a_stop_to_be_reckoned_from(signal: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid, match=rf"^`{field}` needs a stop") as refused:
        a_signal(**{"stop": None, **signal})
    assert refused.value.field == field


@pytest.mark.parametrize("name", ["distance", "stop_percent", "target_r", "target2_r"])
def test_r14_a_relative_level_is_above_zero(name: str) -> None:
    given: dict[str, Any] = {name: "-1"}
    with pytest.raises(Invalid, match="must be above 0, not -1"):
        a_signal(**given)


@both_sides
def test_r14_a_preview_shows_the_levels_of_the_fill(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"))
    seen = desk.preview(a_signal(market="100", distance="2", target_r="1"))
    desk.send(a_signal(market="100", distance="2", target_r="1"))
    position = desk.position()
    assert (seen.levels.stop, seen.levels.target1) == (position.stop, position.target1)
