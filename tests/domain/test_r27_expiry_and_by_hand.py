"""R27: positions that are due, and positions closed by hand."""

import pytest

from domain.orders.side import Side
from domain.refusals import ErrorCode
from domain.validation import Invalid
from tests.builders import FREE, D, TheDesk, a_bar, a_limit, a_quote, a_signal, at, both_sides, holding, per_share


@both_sides
def test_r27_a_position_leaves_at_the_open_of_the_first_bar_that_starts_when_it_is_due(side: Side) -> None:
    desk = holding(side, expires="10:30")
    desk.bars(a_bar("10:00"))
    assert desk.exits() == []
    desk.bars(a_bar("10:30", open="101", high="104", low="96"))
    assert desk.exits() == ["EXPIRED 100 @ 100.98"]
    assert (desk.exit().time, desk.position().status.value) == (at("10:30"), "EXPIRED")


@both_sides
def test_r27_a_bar_that_starts_before_it_is_due_does_not_expire_it(side: Side) -> None:
    desk = holding(side, expires="10:15")
    desk.bars(a_bar("10:00"))
    assert desk.open == [1]


@both_sides
def test_r27_a_quote_makes_it_due_too(side: Side) -> None:
    desk = holding(side, expires="10:15")
    desk.bars(a_quote("10:14", "101"), a_quote("10:15", "102"))
    assert desk.exits() == ["EXPIRED 100 @ 101.98"]


@both_sides
def test_r27_holding_days_are_counted_from_the_entry_in_whole_days(side: Side) -> None:
    desk = holding(side, desk=TheDesk(side, slippage=per_share("0.02"), max_holding_days=2))
    desk.bars(a_bar("2024-03-06 09:29", minutes=1))
    assert desk.open == [1]
    desk.bars(a_bar("2024-03-06 09:30"))
    assert desk.exits() == ["EXPIRED 100 @ 99.98"]


@both_sides
def test_r27_holding_days_are_fixed_when_a_signal_is_accepted(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"), max_holding_days=1)
    desk.send(a_limit("100", target="105"))
    desk.change(max_holding_days=None)
    holding(side, desk=desk)
    desk.bars(a_bar("10:00"), a_bar("2024-03-05 10:00", open="99"))
    assert (desk.exits(1), desk.exits(2)) == (["EXPIRED 100 @ 98.98"], [])


@both_sides
def test_r27_the_earlier_of_the_two_makes_it_due(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"), max_holding_days=1)
    holding(side, desk=desk, expires="2024-03-04 12:00")
    holding(side, desk=desk, expires="2024-03-09 12:00")
    desk.bars(a_bar("12:00"))
    assert desk.open == [2]
    desk.bars(a_bar("2024-03-05 09:30"))
    assert desk.open == []


@both_sides
def test_r27_a_signal_that_waited_past_its_expiry_opens_a_position_that_leaves_at_the_next_bar(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"))
    desk.send(a_limit("98", expires="10:00"))
    desk.bars(a_bar("10:00", open="98"))
    assert desk.open == [1]
    desk.bars(a_bar("10:30", open="99"))
    assert desk.exits() == ["EXPIRED 100 @ 98.98"]


@both_sides
def test_r27_a_stop_that_the_bar_opens_beyond_comes_first(side: Side) -> None:
    desk = holding(side, expires="10:00")
    desk.bars(a_bar("10:00", open="94"))
    assert desk.exits() == ["STOP_LOSS 100 @ 93.98 gap"]


@both_sides
def test_r27_so_do_targets_and_what_is_left_expires(side: Side) -> None:
    desk = holding(side, expires="10:00")
    desk.bars(a_bar("10:00", open="106"))
    assert desk.exits() == ["TARGET_1 50 @ 106 gap", "EXPIRED 50 @ 105.98"]
    assert desk.trade().exit_reason.value == "EXPIRED"


@both_sides
def test_r27_closed_by_hand_it_leaves_at_the_last_price_dated_there(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", close="103"), a_bar("11:00", symbol="MSFT"))
    desk.close()
    assert desk.exits() == ["MANUAL 100 @ 102.98"]
    assert (desk.exit().time, desk.position().status.value) == (at("10:30"), "CLOSED")


@both_sides
def test_r27_closed_by_hand_without_a_timestamp_it_is_dated_no_earlier_than_its_entry(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"))
    desk.quote("09:00", "101")
    desk.send(a_signal(timestamp="09:30"))
    desk.close()
    assert desk.exits() == ["MANUAL 100 @ 100.98"]
    assert desk.exit().time == at("09:30")


@both_sides
def test_r27_a_positions_own_price_is_its_last_price(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"))
    desk.quote("09:00", "101")
    desk.send(a_signal(market="100", timestamp="09:30"))
    desk.close()
    assert desk.exits() == ["MANUAL 100 @ 99.98"]
    assert desk.exit().time == at("09:30")


@both_sides
def test_r27_closed_by_hand_at_a_given_price(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", close="103"))
    desk.close(market="104", timestamp="11:00")
    assert desk.exits() == ["MANUAL 100 @ 103.98"]
    assert desk.exit().time == at("11:00")


@both_sides
def test_r27_the_given_price_yields_to_a_later_one(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", close="103"))
    desk.close(market="104", timestamp="10:15")
    assert desk.exits() == ["MANUAL 100 @ 102.98"]
    assert desk.exit().time == at("10:30")


@both_sides
def test_r27_a_given_price_without_a_timestamp_is_dated_by_the_desks_clock(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", close="103"), a_bar("11:00", symbol="MSFT"))
    desk.close(market="104")
    assert desk.exits() == ["MANUAL 100 @ 103.98"]
    assert desk.exit().time == at("11:30")


@both_sides
def test_r27_with_a_timestamp_alone_it_leaves_at_the_last_price_of_any_age(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", close="103"))
    desk.close(timestamp="2024-06-04 11:00")
    assert desk.exits() == ["MANUAL 100 @ 102.98"]
    assert desk.exit().time == at("2024-06-04 11:00")


@both_sides
def test_r27_a_part_that_is_left_can_be_closed_by_hand(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", high="105", close="103"))
    desk.close()
    assert desk.exits() == ["TARGET_1 50 @ 105", "MANUAL 50 @ 102.98"]
    assert (desk.trade().exit_reason.value, desk.position().status.value) == ("MANUAL", "CLOSED")


def test_r27_what_is_not_open_cannot_be_closed() -> None:
    desk = TheDesk()
    assert desk.refusal_of(desk.close(7)).code is ErrorCode.POSITION_NOT_FOUND
    desk.send(a_signal(market="94"))
    assert desk.refusal_of(desk.close(1)).code is ErrorCode.POSITION_NOT_FOUND
    desk.send(a_limit("98"))
    assert desk.refusal_of(desk.close(2)).code is ErrorCode.POSITION_NOT_FOUND
    desk.bars(a_bar("10:00", low="94"))
    assert desk.refusal_of(desk.close(2)).code is ErrorCode.POSITION_NOT_OPEN
    desk.send(a_signal(market="100", timestamp="11:00"))
    desk.close(3)
    assert desk.refusal_of(desk.close(3)).code is ErrorCode.POSITION_NOT_OPEN


def test_r27_another_accounts_position_is_not_found() -> None:
    desk = holding(Side.LONG)
    mine = desk.position().id
    desk.account_name = "other"
    desk.enable()
    assert mine.int == 1
    assert desk.refusal_of(desk.close(1 - 1_000)).code is ErrorCode.POSITION_NOT_FOUND


def test_r27_a_timestamp_over_a_minute_ahead_closes_nothing() -> None:
    desk = holding(Side.LONG)
    refusal = desk.refusal_of(desk.close(timestamp="2025-01-01 00:00"))
    assert (refusal.code, refusal.field) == (ErrorCode.INVALID_INPUT, "timestamp")
    assert desk.open == [1]


@both_sides
def test_r27_disable_and_reset_close_at_the_last_price_less_slippage(side: Side) -> None:
    for end in (TheDesk.disable, TheDesk.reset):
        desk = holding(side)
        desk.bars(a_bar("10:00", close="103"))
        result = end(desk)
        assert desk.exits() == ["MANUAL 100 @ 102.98"]
        assert desk.exit().time == at("10:30")
        assert [trade.realized_pnl for trade in result.trades] == [D("295.00")]  # 2.96 a share less 1.00


@both_sides
def test_r27_a_closing_dated_a_day_before_the_last_price_is_late_with_a_price_of_its_own_and_without(
    side: Side,
) -> None:
    desk = TheDesk(side, **FREE)
    desk.quote("2024-03-04 09:30", "100")
    desk.send(a_signal(timestamp="2024-03-04 09:30"))
    desk.quote("2024-03-06 09:30", "101")
    for market in (None, "101"):
        refusal = desk.refusal_of(desk.close(timestamp="2024-03-05 09:30", market=market))
        assert (refusal.code, refusal.field) == (ErrorCode.LATE_SIGNAL, "timestamp")
        assert (refusal.limit, refusal.actual) == (D("86400"), D("86400"))
    assert desk.open == [1]
    assert desk.close(timestamp="2024-03-05 09:30:01").refusal is None
    assert desk.exits() == ["MANUAL 100 @ 101"]
    assert desk.exit().time == at("2024-03-06 09:30")


def test_r27_a_closing_without_a_timestamp_is_never_late() -> None:
    desk = TheDesk(max_price_age_seconds=0, **FREE)
    desk.quote("09:30", "100")
    desk.send(a_signal(timestamp="09:30"))
    desk.quote("2024-03-06 09:30", "101")
    assert desk.close().refusal is None


# In parts


@both_sides
def test_r27_a_quantity_closed_by_hand_leaves_the_rest_open_with_its_levels_and_status(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", close="103"))
    before = desk.position()
    result = desk.close(quantity="30")
    after = desk.position()
    assert (desk.exits(), desk.exit().time) == (["MANUAL 30 @ 102.98"], at("10:30"))
    assert (after.status.value, after.open_quantity) == ("OPEN", D("70"))
    assert (after.stops, after.target1, after.target2) == (before.stops, before.target1, before.target2)
    assert (desk.kinds(), result.trades) == (["OPENED", "REDUCED"], ())


@both_sides
def test_r27_a_percent_is_of_what_is_open_down_to_the_step(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", close="103"))
    desk.close(percent="33.4")
    desk.close(percent="50")
    assert desk.exits() == ["MANUAL 33 @ 102.98", "MANUAL 33 @ 102.98"]
    assert desk.position().open_quantity == D("34")


@both_sides
def test_r27_the_last_unit_closed_by_hand_closes_the_position_and_makes_the_trade(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", close="103"))
    desk.close(quantity="40")
    desk.close(quantity="59")
    assert (desk.position().status.value, desk.open) == ("OPEN", [1])
    result = desk.close(percent="100")
    assert (desk.position().status.value, desk.open) == ("CLOSED", [])
    assert desk.kinds() == ["OPENED", "REDUCED", "REDUCED", "CLOSED"]
    assert [trade.quantity for trade in result.trades] == [D("100")]
    assert (desk.trade().exit_reason.value, desk.trade().exit_price) == ("MANUAL", desk.exit().price)


@both_sides
def test_r27_what_a_part_by_hand_left_is_stopped_for_all_of_it_and_ends_as_stopped(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", close="103"))
    desk.close(quantity="30")
    desk.bars(a_bar("11:00", low="94"))
    assert desk.exits() == ["MANUAL 30 @ 102.98", "STOP_LOSS 70 @ 94.98"]
    assert (desk.position().status.value, desk.trade().exit_reason.value) == ("STOPPED", "STOP_LOSS")


@both_sides
def test_r27_a_part_closed_after_target_1_leaves_the_position_in_target_1_hit(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", high="105", close="103"))
    desk.close(quantity="20")
    assert (desk.position().status.value, desk.position().open_quantity) == ("TARGET_1_HIT", D("30"))
    desk.bars(a_bar("11:00", high="110"))
    assert desk.exits() == ["TARGET_1 50 @ 105", "MANUAL 20 @ 102.98", "TARGET_2 30 @ 110"]


@both_sides
def test_r27_at_target_1_the_percent_to_scale_out_is_of_what_a_part_by_hand_left(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", close="103"))
    desk.close(quantity="31")
    desk.bars(a_bar("11:00", high="105", close="104"))
    assert desk.exits() == ["MANUAL 31 @ 102.98", "TARGET_1 34 @ 105"]
    assert (desk.position().status.value, desk.position().open_quantity) == ("TARGET_1_HIT", D("35"))


@both_sides
def test_r27_a_rest_too_small_to_scale_out_runs_to_target_2(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", close="103"))
    desk.close(quantity="99")
    desk.bars(a_bar("11:00", high="106", close="104"))
    assert (desk.position().status.value, desk.open) == ("OPEN", [1])
    desk.bars(a_bar("12:00", high="110"))
    assert desk.exits() == ["MANUAL 99 @ 102.98", "TARGET_2 1 @ 110"]


@both_sides
def test_r27_r_is_of_the_whole_quantity_whatever_left_by_hand(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100", quantity="100", stop="95"))
    desk.quote("10:00", "105")
    desk.close(quantity="50")
    desk.quote("11:00", "110")
    desk.close()
    assert (desk.trade().realized_pnl, desk.trade().r_multiple) == (D("750"), D("1.5"))


@both_sides
def test_r27_a_part_may_have_a_price_and_a_time_of_its_own(side: Side) -> None:
    desk = holding(side)
    desk.bars(a_bar("10:00", close="103"))
    desk.close(quantity="10", market="104", timestamp="11:00")
    assert (desk.exits(), desk.exit().time) == (["MANUAL 10 @ 103.98"], at("11:00"))


def test_r27_more_than_is_open_is_refused_with_both_figures_and_closes_nothing() -> None:
    desk = holding(Side.LONG)
    desk.close(quantity="40")
    refusal = desk.refusal_of(desk.close(quantity="61"))
    assert (refusal.code, refusal.field) == (ErrorCode.QUANTITY_TOO_LARGE, "quantity")
    assert (refusal.limit, refusal.actual) == (D("60"), D("61"))
    assert desk.position().open_quantity == D("60")


def test_r27_a_percent_of_less_than_one_step_is_refused_with_both_figures() -> None:
    desk = holding(Side.LONG)
    refusal = desk.refusal_of(desk.close(percent="0.99"))
    assert (refusal.code, refusal.field) == (ErrorCode.QUANTITY_TOO_SMALL, "percent")
    assert (refusal.limit, refusal.actual) == (D("1"), D("0.99"))
    assert desk.close(percent="1").refusal is None
    assert desk.position().open_quantity == D("99")


def test_r27_a_quantity_off_the_step_is_invalid() -> None:
    desk = holding(Side.LONG)
    refusal = desk.refusal_of(desk.close(quantity="10.5"))
    assert (refusal.code, refusal.field) == (ErrorCode.INVALID_INPUT, "quantity")
    assert refusal.message == "quantity of a STOCK must be a multiple of 1, not 10.5"
    assert desk.position().open_quantity == D("100")


@pytest.mark.parametrize(
    ("part", "field", "message"),
    [
        ({"percent": "0"}, "percent", "`percent` must be above 0 and at most 100, not 0"),
        ({"percent": "-1"}, "percent", "`percent` must be above 0 and at most 100, not -1"),
        ({"percent": "101"}, "percent", "`percent` must be above 0 and at most 100, not 101"),
        ({"quantity": "0"}, "quantity", "`quantity` must be above 0, not 0"),
        ({"quantity": "10", "percent": "10"}, "percent", "give quantity or percent, not both (R27)"),
    ],
)
def test_r27_what_can_be_no_part_of_a_position_is_invalid(part: dict[str, str], field: str, message: str) -> None:
    desk = holding(Side.LONG)
    with pytest.raises(Invalid) as raised:
        desk.close(**part)  # type: ignore[arg-type]
    assert (raised.value.field, raised.value.message) == (field, message)


def test_r27_a_position_named_by_its_signal_is_blamed_there() -> None:
    desk = holding(Side.LONG)
    assert desk.close(1, by_signal=True, quantity="10").refusal is None
    refusal = desk.refusal_of(desk.close(7, by_signal=True))
    assert (refusal.code, refusal.field) == (ErrorCode.POSITION_NOT_FOUND, "signal_id")
    assert refusal.message == "account default has no position of signal 00000000-0000-0000-0000-000000000007"
    desk.close(1)
    closed = desk.refusal_of(desk.close(1, by_signal=True))
    assert (closed.code, closed.field) == (ErrorCode.POSITION_NOT_OPEN, "signal_id")


# All at once


def with_three_positions(side: Side = Side.LONG) -> TheDesk:
    """AAPL, MSFT, AAPL, opened in that order at 100."""
    desk = TheDesk(side, **FREE)
    for symbol in ("AAPL", "MSFT", "AAPL"):
        desk.send(a_signal(symbol=symbol, market="100", timestamp="09:30", quantity="10"))
    desk.bars(a_bar("10:00", close="103"), a_bar("10:30", symbol="MSFT", close="102"))
    return desk


@both_sides
def test_r27_close_all_closes_every_position_at_its_last_price_in_the_order_of_the_signals(side: Side) -> None:
    desk = with_three_positions(side)
    result = desk.close_all()
    assert [trade.signal_id.int for trade in result.trades] == [1, 2, 3]
    assert [closed.int for closed in result.closed] == [1, 2, 3]
    assert [desk.exits(number) for number in (1, 2, 3)] == [
        ["MANUAL 10 @ 103"],
        ["MANUAL 10 @ 102"],
        ["MANUAL 10 @ 103"],
    ]
    assert [desk.exit(number).time for number in (1, 2)] == [at("10:30"), at("11:00")]
    assert (desk.open, desk.earned) == ([], D("80"))


@both_sides
def test_r27_close_all_of_a_symbol_leaves_the_others_open(side: Side) -> None:
    desk = with_three_positions(side)
    assert [trade.signal_id.int for trade in desk.close_all("AAPL").trades] == [1, 3]
    assert desk.open == [2]


@both_sides
def test_r27_close_all_leaves_signals_that_wait(side: Side) -> None:
    desk = with_three_positions(side)
    desk.send(a_limit("90", stop="80"))
    desk.close_all()
    assert desk.working == [4]


@both_sides
def test_r27_close_all_with_a_timestamp_is_dated_no_earlier(side: Side) -> None:
    desk = with_three_positions(side)
    desk.close_all(timestamp="10:45")
    assert [desk.exit(number).time for number in (1, 2, 3)] == [at("10:45"), at("11:00"), at("10:45")]


def test_r27_close_all_that_is_late_for_one_symbol_closes_nothing() -> None:
    desk = with_three_positions()
    desk.quote("2024-03-06 10:00", "102", "MSFT")
    refusal = desk.refusal_of(desk.close_all(timestamp="11:00"))
    assert (refusal.code, refusal.field) == (ErrorCode.LATE_SIGNAL, "timestamp")
    assert desk.open == [1, 2, 3]
    assert desk.close_all("AAPL", timestamp="11:00").refusal is None
    assert desk.open == [2]


@both_sides
def test_r27_close_all_of_a_symbol_takes_a_price_unless_there_is_a_later_one(side: Side) -> None:
    desk = with_three_positions(side)
    desk.close_all("AAPL", market="104", timestamp="10:30")
    assert [desk.exits(number) for number in (1, 2, 3)] == [["MANUAL 10 @ 104"], [], ["MANUAL 10 @ 104"]]
    desk.close_all("MSFT", market="104", timestamp="10:45")
    assert desk.exits(2) == ["MANUAL 10 @ 102"]
    assert [desk.exit(number).time for number in (1, 2, 3)] == [at("10:30"), at("11:00"), at("10:30")]


def test_r27_close_all_with_a_price_and_no_timestamp_is_of_the_desks_clock() -> None:
    desk = with_three_positions()
    desk.close_all("AAPL", market="104")
    exits = [(desk.exits(number), desk.exit(number).time) for number in (1, 3)]
    assert exits == [(["MANUAL 10 @ 104"], at("11:00"))] * 2


def test_r27_a_price_to_close_all_at_is_of_one_symbol() -> None:
    desk = with_three_positions()
    with pytest.raises(Invalid) as raised:
        desk.close_all(market="104")
    message = "`market_price` is of one `symbol`: say which (R27)"
    assert (raised.value.field, raised.value.message) == ("market_price", message)


def test_r27_with_nothing_open_there_is_nothing_to_close() -> None:
    desk = with_three_positions()
    refusal = desk.refusal_of(desk.close_all("IBM"))
    assert (refusal.code, refusal.field) == (ErrorCode.NOTHING_TO_CLOSE, "symbol")
    desk.close_all()
    again = desk.refusal_of(desk.close_all())
    assert (again.code, again.field) == (ErrorCode.NOTHING_TO_CLOSE, None)
    assert again.message == "account default has nothing open (R27)"


def test_r27_close_all_is_one_point_of_the_curve() -> None:
    desk = with_three_positions()
    points = len(desk.points)
    desk.close_all()
    assert len(desk.points) - points <= 1
