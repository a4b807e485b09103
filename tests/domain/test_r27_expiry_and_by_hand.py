"""R27: positions that are due, and positions closed by hand."""

from domain.orders.side import Side
from domain.refusals import ErrorCode
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
