"""R25 scale-out, R26 the moving stop."""

from typing import Any

import pytest

from domain.instruments import AssetClass
from domain.orders.side import Side
from domain.refusals import ErrorCode
from tests.builders import (
    FREE,
    D,
    TheDesk,
    a_bar,
    a_limit,
    a_next_open,
    a_quote,
    a_signal,
    at,
    both_sides,
    holding,
    per_share,
)


def trailing(side: Side, activation: str, offset: str, **signal: Any) -> TheDesk:
    """A desk that holds 100 shares since 09:30, bought at 100, with a stop at 95 that trails."""
    desk = TheDesk(side, slippage=per_share("0.02"))
    desk.send(a_signal(**{"market": "100", "target": "150", "trailing": (activation, offset), **signal}))
    return desk


@both_sides
@pytest.mark.parametrize(
    ("quantity", "scale_out", "first", "second"),
    [
        ("100", None, "50", "50"),
        ("101", None, "50", "51"),
        ("100", "25", "25", "75"),
        ("7", "33.33", "2", "5"),
        ("2", "50", "1", "1"),
    ],
)
def test_r25_at_target_1_a_part_leaves_down_to_the_step_and_the_rest_runs(
    side: Side, quantity: str, scale_out: str | None, first: str, second: str
) -> None:
    desk = holding(side, quantity=quantity, scale_out=scale_out)
    desk.bars(a_bar("10:00", high="105"))
    assert desk.exits() == [f"TARGET_1 {first} @ 105"]
    assert (desk.position().open_quantity, desk.position().status.value) == (D(second), "TARGET_1_HIT")
    desk.bars(a_bar("10:30", high="110"))
    assert desk.exits() == [f"TARGET_1 {first} @ 105", f"TARGET_2 {second} @ 110"]


@both_sides
@pytest.mark.parametrize(("quantity", "scale_out"), [("1", None), ("100", "0"), ("3", "33")])
def test_r25_a_part_that_rounds_to_zero_does_not_leave(side: Side, quantity: str, scale_out: str | None) -> None:
    desk = holding(side, quantity=quantity, scale_out=scale_out)
    desk.bars(a_bar("10:00", high="106"), a_bar("10:30", open="107"))
    assert (desk.exits(), desk.position().status.value) == ([], "OPEN")
    desk.bars(a_bar("11:00", high="110"))
    assert desk.exits() == [f"TARGET_2 {quantity} @ 110"]


@both_sides
def test_r25_when_all_of_it_leaves_at_target_1_there_is_nothing_left_for_target_2(side: Side) -> None:
    desk = holding(side, scale_out="100")
    desk.bars(a_bar("10:00", high="111"))
    assert (desk.exits(), desk.open) == (["TARGET_1 100 @ 105"], [])
    assert desk.position().status.value == "TARGET_1_HIT"


@both_sides
def test_r25_coins_leave_to_the_eighth_place(side: Side) -> None:
    desk = holding(side, asset_class=AssetClass.CRYPTO, quantity="1", scale_out="33.33333333")
    desk.bars(a_bar("10:00", high="110"))
    assert desk.exits() == ["TARGET_1 0.33333333 @ 105", "TARGET_2 0.66666667 @ 110"]


@both_sides
def test_r25_the_accounts_scale_out_is_fixed_when_a_signal_is_accepted(side: Side) -> None:
    desk = TheDesk(side, **FREE, scale_out_percent=D("20"))
    desk.send(a_limit("98", target="105", target2="110"))
    desk.change(scale_out_percent=D("80"))
    desk.bars(a_bar("10:00", low="97"), a_bar("10:30", high="105"))
    assert desk.exits() == ["TARGET_1 20 @ 105"]


@both_sides
def test_r26_break_even_counts_from_the_next_bar_on(side: Side) -> None:
    """The stop moves to the entry price, 100.02, at the end of the bar that reached target 1."""
    desk = holding(side, break_even=True)
    desk.bars(a_bar("10:00", high="105", low="96"))
    assert (desk.exits(), desk.stop()) == (["TARGET_1 50 @ 105"], "100.02")
    desk.bars(a_bar("10:30", open="103", low="100.02"))
    assert desk.exits()[1:] == ["STOP_LOSS 50 @ 100"]
    assert desk.kinds() == ["OPENED", "REDUCED", "STOP_MOVED", "CLOSED"]


@both_sides
def test_r26_break_even_after_a_target_at_the_open_counts_for_that_very_bar(side: Side) -> None:
    """The change is at the bar's start, and the bar starts at the change."""
    desk = holding(side, break_even=True)
    desk.bars(a_bar("10:00", open="106", low="100.02"))
    assert desk.exits() == ["TARGET_1 50 @ 106 gap", "STOP_LOSS 50 @ 100"]


@both_sides
def test_r26_a_bar_that_opens_beyond_the_stop_it_moved_to_break_even_takes_the_rest_at_its_open(side: Side) -> None:
    """Slippage had taken the entry, 110.01, beyond the first target."""
    desk = holding(side, market="109.99", stop="108", target="110", target2="120", break_even=True)
    desk.bars(a_bar("10:00", open="110", high="125"))
    assert desk.exits() == ["TARGET_1 50 @ 110 gap", "STOP_LOSS 50 @ 109.98 gap"]


@both_sides
def test_r26_a_stop_moved_by_a_quote_does_not_count_for_a_bar_that_starts_before_it(side: Side) -> None:
    desk = holding(side, break_even=True)
    desk.bars(a_quote("10:20", "106"))
    desk.bars(a_bar("10:00", open="103", low="100"))
    assert desk.exits() == ["TARGET_1 50 @ 106 gap"]
    desk.bars(a_bar("10:30", open="103", low="100"))
    assert desk.exits()[1:] == ["STOP_LOSS 50 @ 100"]


@both_sides
def test_r26_break_even_is_off_unless_asked_for(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", high="105"))
    assert desk.stop() == "95"


@both_sides
def test_r26_break_even_may_be_the_accounts_setting_fixed_when_a_signal_is_accepted(side: Side) -> None:
    desk = TheDesk(side, **FREE, break_even_after_target1=True)
    desk.send(a_signal(market="100", target="105", target2="110"))
    desk.send(a_signal(market="100", target="105", target2="110", break_even=False))
    desk.change(break_even_after_target1=False)
    desk.bars(a_bar("10:00", high="105"))
    assert (desk.stop(1), desk.stop(2)) == ("100", "95")


@both_sides
def test_r26_where_nothing_leaves_at_target_1_the_stop_stays(side: Side) -> None:
    desk = holding(side, break_even=True, scale_out="0")
    desk.bars(a_bar("10:00", high="106"))
    assert desk.stop() == "95"


@both_sides
def test_r26_break_even_does_not_pull_back_a_stop_that_is_further(side: Side) -> None:
    desk = holding(side, break_even=True, trailing=("104", "2"))
    desk.bars(a_bar("10:00", high="104.5", close="104"))
    assert desk.stop() == "102.5"
    desk.bars(a_bar("10:30", open="104", high="105"))
    assert desk.stop() == "103"


@both_sides
def test_r26_a_trailing_stop_waits_for_its_activation(side: Side) -> None:
    desk = trailing(side, "104", "3")
    desk.bars(a_bar("10:00", high="103.99"))
    assert desk.stop() == "95"
    desk.bars(a_bar("10:30", high="104"))
    assert desk.stop() == "101"


@both_sides
def test_r26_a_trailing_stop_counts_from_the_next_bar_on(side: Side) -> None:
    desk = trailing(side, "104", "3")
    desk.bars(a_bar("10:00", high="104", low="96", close="103"))
    assert desk.exits() == []
    desk.bars(a_bar("10:30", open="103", low="101"))
    assert desk.exits() == ["STOP_LOSS 100 @ 100.98"]


@both_sides
def test_r26_a_bar_that_opens_beyond_a_stop_that_has_trailed_fills_at_its_open(side: Side) -> None:
    desk = trailing(side, "104", "3")
    desk.bars(a_bar("10:00", high="110", close="102"))
    assert desk.stop() == "107"
    desk.bars(a_bar("10:30", open="102"))
    assert desk.exits() == ["STOP_LOSS 100 @ 101.98 gap"]


@both_sides
def test_r26_a_trailing_stop_follows_the_highest_high_and_never_falls(side: Side) -> None:
    desk = trailing(side, "104", "3")
    desk.bars(a_bar("10:00", open="106", high="108"))
    assert desk.stop() == "105"
    desk.bars(a_bar("10:30", open="106", high="107"))
    assert desk.stop() == "105"
    desk.bars(a_bar("11:00", open="106", high="109"))
    assert desk.stop() == "106"
    assert desk.kinds() == ["OPENED", "STOP_MOVED", "STOP_MOVED"]


@both_sides
def test_r26_a_trailing_stop_below_the_first_stop_does_not_lower_it(side: Side) -> None:
    desk = trailing(side, "101", "8")
    desk.bars(a_bar("10:00", high="102"))
    assert (desk.stop(), desk.kinds()) == ("95", ["OPENED"])


@both_sides
def test_r26_the_high_remembers_bars_from_before_the_activation(side: Side) -> None:
    desk = trailing(side, "104", "3")
    desk.bars(a_bar("10:00", open="103"), a_bar("10:30", open="102", high="104.5"))
    assert desk.stop() == "101.5"


@both_sides
def test_r26_a_bar_entered_inside_counts_only_its_close(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_limit("98", target="150", trailing=("104", "3")))
    desk.bars(a_bar("10:00", high="110", low="97", close="99"))
    assert (desk.entry(), desk.stop()) == ("ENTRY 100 @ 98", "95")
    desk.bars(a_bar("10:30", high="103"))
    assert desk.stop() == "95"


@both_sides
def test_r26_the_close_of_a_bar_entered_inside_may_activate(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_limit("98", target="150", trailing=("104", "3")))
    desk.bars(a_bar("10:00", high="110", low="97", close="105"))
    assert desk.stop() == "102"


@both_sides
def test_r26_a_bar_entered_at_its_open_counts_whole(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.quote("09:00", "100")
    desk.send(a_next_open(target="150", trailing=("104", "3")))
    desk.bars(a_bar("10:00", high="110", low="97"))
    assert desk.stop() == "107"


@both_sides
def test_r26_a_bar_under_way_at_the_entry_does_not_count(side: Side) -> None:
    desk = trailing(side, "104", "3", timestamp="09:45")
    desk.bars(a_bar("09:30", high="110"))
    assert desk.stop() == "95"


@both_sides
def test_r26_a_moved_stop_is_journaled_with_its_time(side: Side) -> None:
    desk = trailing(side, "104", "3")
    desk.bars(a_bar("10:00", high="104"))
    moved = desk.position_events()[-1]
    assert (moved.kind.value, moved.fill, moved.occurred_at) == ("STOP_MOVED", None, at("10:30"))


@both_sides
def test_r26_break_even_sets_a_stop_at_the_entry_where_there_was_none(side: Side) -> None:
    desk = TheDesk(side, **FREE, max_trade_risk_percent=D("100"), max_heat_percent=D("100"))
    desk.send(a_signal(market="100", stop=None, target="105", target2="110", break_even=True))
    desk.bars(a_bar("10:00", high="105", low="90"))
    assert (desk.stop(), desk.position().initial_stop) == ("100", None)
    desk.bars(a_bar("10:30", open="103", low="100"))
    assert desk.exits() == ["TARGET_1 50 @ 105", "STOP_LOSS 50 @ 100"]
    assert desk.kinds() == ["OPENED", "REDUCED", "STOP_MOVED", "CLOSED"]
    assert desk.trade().r_multiple is None


@both_sides
def test_r26_a_first_stop_set_by_a_quote_does_not_count_for_a_bar_that_starts_before_it(side: Side) -> None:
    desk = TheDesk(side, **FREE, max_trade_risk_percent=D("100"), max_heat_percent=D("100"))
    desk.send(a_signal(market="100", stop=None, target="105", target2="110", break_even=True))
    desk.bars(a_quote("10:20", "106"))
    desk.bars(a_bar("10:00", open="103", low="90"))
    assert desk.exits() == ["TARGET_1 50 @ 106 gap"]
    desk.bars(a_bar("10:30", open="103", low="90"))
    assert desk.exits()[1:] == ["STOP_LOSS 50 @ 100"]


@both_sides
def test_r26_a_trailing_stop_sets_the_first_once_it_is_activated(side: Side) -> None:
    desk = trailing(side, "104", "3", stop=None, quantity="10")
    desk.bars(a_bar("10:00", high="103.99", low="50"))
    assert desk.stop() is None
    desk.bars(a_bar("10:30", open="103", high="104"))
    assert (desk.stop(), desk.position().initial_stop) == ("101", None)
    desk.bars(a_bar("11:00", open="103", low="101"))
    assert desk.exits() == ["STOP_LOSS 10 @ 100.98"]


@both_sides
def test_r26_a_trailing_stop_that_would_be_no_price_is_refused(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    offset = "100" if side is Side.LONG else "9999999999"
    sent = desk.send(a_signal(market="100", stop=None, target=None, quantity="10", trailing=("90", offset)))
    assert sent.refusal is not None
    assert (sent.refusal.code, sent.refusal.field) == (ErrorCode.INVALID_LEVELS, "trailing_stop.offset")
    assert desk.kinds() == []
