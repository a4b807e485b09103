"""R41: waiting signals and open positions amended."""

from typing import Any

import pytest

from domain.engine.decide.dispatch import preview_amendment
from domain.engine.events import Change, SignalEvent
from domain.orders.request import Request
from domain.orders.side import Side
from domain.orders.trailing_stop import TrailingStop
from domain.refusals import ErrorCode
from domain.risk.limits import Assessment
from domain.validation import Invalid
from tests.builders import FREE, D, TheDesk, a_bar, a_limit, a_next_open, a_quote, a_signal, at, both_sides, holding


def held(side: Side, **signal: Any) -> TheDesk:
    """100 shares since 09:30, bought at 100 without costs: stop at 95, targets at 105 and 110, last price 100."""
    desk = TheDesk(side, **FREE)
    desk.bars(a_bar("09:00"))
    return holding(side, desk=desk, **signal)


def changes_of(desk: TheDesk, number: int = 1) -> list[tuple[str, str | None, str | None]]:
    """What the last event of a position changed."""
    event = desk.position_events(number)[-1]
    return [(change.field, change.before, change.after) for change in event.changes or ()]


# Positions


@both_sides
def test_r41_a_stop_moves_either_way(side: Side) -> None:
    desk = held(side)
    assert desk.amend(stop_loss="97").refusal is None
    assert desk.stop() == "97"
    assert desk.amend(stop_loss="94").refusal is None
    assert desk.stop() == "94"
    assert desk.kinds() == ["OPENED", "AMENDED", "AMENDED"]
    desk.bars(a_bar("10:00", low="94.5"), a_bar("10:30", low="93.5"))
    assert desk.exits() == ["STOP_LOSS 100 @ 94"]


def test_r41_the_event_says_what_was_and_what_is() -> None:
    desk = held(Side.LONG)
    desk.amend(stop_loss="96.5", target2=None, note="as told", expires_at="18:00", trailing_stop=("108", "2"))
    assert changes_of(desk) == [
        ("stop_loss", "95", "96.5"),
        ("target2", "110", None),
        ("trailing_stop", None, "2 behind, from 108 on"),
        ("expires_at", None, "2024-03-04T18:00:00Z"),
        ("note", None, "as told"),
    ]
    assert desk.position().amendments == 1


@both_sides
def test_r41_what_is_amended_counts_for_bars_that_start_then_and_those_under_way_meet_the_earlier(side: Side) -> None:
    desk = held(side)
    desk.bars(a_bar("10:00"))
    desk.amend(stop_loss="98", target1="103", at_time="10:40")
    desk.bars(a_bar("10:30", high="104", low="97"))
    assert desk.exits() == []
    desk.bars(a_bar("11:00", low="97.5"))
    assert desk.exits() == ["STOP_LOSS 100 @ 98"]


@both_sides
def test_r41_a_bar_under_way_meets_the_earlier_stop_and_target_where_the_new_ones_lie_further(side: Side) -> None:
    for level, high, low, expected in (
        ({"stop_loss": "90"}, "100", "94", "STOP_LOSS 100 @ 95"),
        ({"target1": "107", "target2": None}, "105.5", "100", "TARGET_1 50 @ 105"),
    ):
        desk = held(side)
        desk.amend(at_time="10:40", **level)
        desk.bars(a_bar("10:30", high=high, low=low))
        assert desk.exits() == [expected]


@both_sides
def test_r41_an_amendment_counts_from_the_desks_clock_on_where_it_names_no_time(side: Side) -> None:
    desk = held(side)
    desk.bars(a_bar("10:00"))
    desk.amend(stop_loss="98")
    desk.bars(a_bar("10:30", low="97"))
    assert desk.exits() == ["STOP_LOSS 100 @ 98"]


@both_sides
def test_r41_of_two_amendments_the_later_counts_though_it_names_an_earlier_time(side: Side) -> None:
    desk = held(side)
    desk.amend(stop_loss="98", at_time="10:40")
    desk.amend(stop_loss="97", at_time="09:40")
    desk.bars(a_bar("10:30", low="96"), a_bar("11:00", low="97.5"))
    assert desk.exits() == []
    desk.bars(a_bar("11:30", low="96.5"))
    assert desk.exits() == ["STOP_LOSS 100 @ 97"]


@both_sides
def test_r41_r_is_measured_by_the_first_stop_whatever_became_of_it(side: Side) -> None:
    desk = held(side, target2=None)
    desk.amend(stop_loss="99")
    desk.bars(a_bar("10:00", high="105"))
    assert desk.trade().r_multiple == D(1)


@both_sides
def test_r41_a_target_can_be_moved_taken_away_and_given(side: Side) -> None:
    desk = held(side)
    desk.amend(target1="106", target2=None)
    desk.bars(a_bar("10:00", high="105.5"))
    assert desk.exits() == []
    desk.amend(target2="120")
    desk.bars(a_bar("10:30", open="105", high="106"))
    assert desk.exits() == ["TARGET_1 50 @ 106"]
    desk.amend(target2="107")
    desk.bars(a_bar("11:00", open="105", high="108"))
    assert desk.exits() == ["TARGET_1 50 @ 106", "TARGET_2 50 @ 107"]


@both_sides
def test_r41_a_target_that_was_reached_stays(side: Side) -> None:
    desk = held(side)
    desk.bars(a_bar("10:00", high="105"))
    refusal = desk.refusal_of(desk.amend(target1="107"))
    assert (refusal.code, refusal.field) == (ErrorCode.INVALID_LEVELS, "target1")


@both_sides
@pytest.mark.parametrize("takes_second_away", [False, True])
def test_r41_a_target_that_was_reached_is_in_no_stops_way(side: Side, takes_second_away: bool) -> None:
    desk = held(side, stop="98.5", target="102", target2="130")
    desk.bars(a_bar("10:00", high="102"))
    if takes_second_away:
        assert desk.amend(target2=None).refusal is None
    desk.bars(a_bar("10:30", open="105"))
    refusal = desk.refusal_of(desk.amend(stop_loss="106"))
    beyond, price = (D(106), D(105)) if side is Side.LONG else (D(94), D(95))
    assert (refusal.code, refusal.field) == (ErrorCode.STOP_ALREADY_BREACHED, "stop_loss")
    assert (refusal.limit, refusal.actual) == (beyond, price)
    assert desk.amend(stop_loss="104").refusal is None
    desk.bars(a_bar("11:00", open="105", low="103"))
    assert desk.exits() == ["TARGET_1 50 @ 102", "STOP_LOSS 50 @ 104"]


@both_sides
def test_r41_a_first_target_at_which_too_little_would_leave_is_in_no_stops_way_but_is_no_price_passed(
    side: Side,
) -> None:
    desk = held(side, quantity="1")
    desk.bars(a_bar("10:00", open="107"))
    assert desk.amend(stop_loss="106").refusal is None
    assert desk.refusal_of(desk.amend(target1="106.5")).code is ErrorCode.TARGET_ALREADY_REACHED


@both_sides
@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"stop_loss": "100"}, ErrorCode.STOP_ALREADY_BREACHED, "stop_loss"),
        ({"stop_loss": "101"}, ErrorCode.STOP_ALREADY_BREACHED, "stop_loss"),
        ({"target1": "100"}, ErrorCode.TARGET_ALREADY_REACHED, "target1"),
        ({"target1": "111"}, ErrorCode.INVALID_LEVELS, "target1"),
        ({"stop_loss": "105"}, ErrorCode.INVALID_LEVELS, "stop_loss"),
        ({"stop_loss": "105", "target1": "104"}, ErrorCode.INVALID_LEVELS, "target1"),
        ({"target1": None}, ErrorCode.INVALID_INPUT, "target1"),
        ({"target1": None, "target2": "111"}, ErrorCode.INVALID_INPUT, "target2"),
        ({"target2": "104"}, ErrorCode.INVALID_LEVELS, "target2"),
    ],
)
def test_r41_levels_out_of_order_or_passed_are_refused_as_at_entry(
    side: Side, changes: dict[str, Any], code: ErrorCode, field: str
) -> None:
    desk = held(side)
    refusal = desk.refusal_of(desk.amend(**changes))
    assert (refusal.code, refusal.field) == (code, field)
    assert desk.kinds() == ["OPENED"]


@both_sides
def test_r41_more_risk_is_held_against_every_limit_and_one_reached_exactly_is_allowed(side: Side) -> None:
    # 100 shares bought at 100: each point of distance to the stop is a tenth of a percent of equity.
    desk = held(side)
    assert desk.refusal_of(desk.amend(stop_loss="79.99")).code is ErrorCode.TRADE_RISK_EXCEEDED
    assert desk.amend(stop_loss="80").refusal is None
    assert desk.account.positions.open_risk() == D(2_000)


@both_sides
def test_r41_another_campaign_is_held_against_its_limit_and_less_risk_is_not(side: Side) -> None:
    desk = held(side)
    desk.change(max_campaign_risk_percent=D("0.4"))
    refusal = desk.refusal_of(desk.amend(campaign_id="spring"))
    assert (refusal.code, refusal.limit, refusal.actual) == (ErrorCode.CAMPAIGN_RISK_EXCEEDED, D("0.4"), D("0.5"))
    desk.change(max_trade_risk_percent=D("0.1"))
    assert desk.amend(stop_loss="96").refusal is None


@both_sides
def test_r41_heat_counts_what_the_amended_position_risked_before_only_once(side: Side) -> None:
    desk = held(side)
    holding(side, desk=desk)
    desk.change(max_heat_percent=D("1.1"))
    assert desk.amend(1, stop_loss="94").refusal is None
    refusal = desk.refusal_of(desk.amend(2, stop_loss="94.99"))
    assert (refusal.code, refusal.limit, refusal.actual) == (ErrorCode.PORTFOLIO_HEAT_EXCEEDED, D("1.1"), D("1.101"))


@both_sides
def test_r41_on_a_halted_account_only_what_adds_no_risk(side: Side) -> None:
    desk = held(side)
    desk.change(max_daily_loss_percent=D("0.1"))
    desk.bars(a_bar("10:00", open="98"))
    assert desk.account.halt_reason is not None
    assert desk.refusal_of(desk.amend(stop_loss="94")).code is ErrorCode.ACCOUNT_HALTED
    assert desk.amend(stop_loss="96", target1="104").refusal is None


@both_sides
def test_r41_a_trailing_stop_that_is_amended_follows_the_bars_from_then_on(side: Side) -> None:
    desk = held(side, target="120", target2=None, trailing=("102", "1"))
    desk.bars(a_bar("10:00", high="104"))
    assert desk.stop() == "103"
    desk.amend(trailing_stop=("102", "3"), stop_loss="98")
    desk.bars(a_bar("10:30", open="103", high="103.5", low="102"))
    assert desk.stop() == "100.5"
    desk.amend(trailing_stop=None)
    desk.bars(a_bar("11:00", open="103", high="110"))
    assert desk.stop() == "100.5"


def test_r41_a_trail_that_is_amended_is_seen_from_the_last_price() -> None:
    desk = held(Side.LONG, target="400", target2=None)
    for asked in (
        {"offset": D(100)},
        {"percent": D(100)},
        {"offset": D(110), "activation": D(110)},
        {"percent": D(110), "activation_r": D(2)},
    ):
        refusal = desk.refusal_of(desk.amend(trailing_stop=TrailingStop(**asked)))
        which = "trailing_stop." + ("offset" if "offset" in asked else "percent")
        assert (refusal.code, refusal.field, refusal.actual) == (ErrorCode.INVALID_LEVELS, which, D(0))
    refusal = desk.refusal_of(desk.amend(trailing_stop=TrailingStop(percent=D(101))))
    assert refusal.message == (
        "`trailing_stop.percent` makes it follow 101 behind a price of 100: -1 is no price (R26)"
    )
    assert desk.kinds() == ["OPENED"]
    desk.quote("10:00", "110")
    assert desk.amend(trailing_stop=TrailingStop(percent=D(101))).refusal is None
    desk.quote("10:30", "200")
    assert desk.stop() == "99"


def test_r41_a_short_can_be_followed_at_any_distance_at_which_there_are_prices() -> None:
    desk = held(Side.SHORT)
    assert desk.amend(trailing_stop=TrailingStop(percent=D(101))).refusal is None
    refusal = desk.refusal_of(desk.amend(trailing_stop=TrailingStop(offset=D(9_999_999_900))))
    assert (refusal.code, refusal.field) == (ErrorCode.INVALID_LEVELS, "trailing_stop.offset")


@both_sides
def test_r41_a_bar_under_way_moves_no_amended_trail(side: Side) -> None:
    desk = held(side, target="120", target2=None)
    desk.amend(trailing_stop=("102", "1"), at_time="10:40")
    desk.bars(a_bar("10:30", high="110"))
    assert desk.stop() == "95"
    desk.bars(a_bar("11:00", high="105"))
    assert desk.stop() == "104"


@both_sides
def test_r41_an_expiry_can_be_given_and_taken_away(side: Side) -> None:
    desk = held(side)
    desk.amend(expires_at="11:00")
    desk.amend(expires_at=None)
    desk.bars(a_bar("11:00"))
    desk.amend(expires_at="12:00")
    desk.bars(a_bar("12:00"))
    assert desk.exits() == ["EXPIRED 100 @ 100"]


def test_r41_an_expiry_lies_after_the_amendment() -> None:
    desk = held(Side.LONG)
    refusal = desk.refusal_of(desk.amend(expires_at="09:20"))
    assert (refusal.code, refusal.field) == (ErrorCode.INVALID_INPUT, "expires_at")


def test_r41_an_amendment_that_changes_nothing_is_no_event() -> None:
    desk = held(Side.LONG)
    assert desk.amend(stop_loss="95", target2="110").refusal is None
    assert desk.kinds() == ["OPENED"]


def test_r41_an_amendment_of_nothing_means_nothing() -> None:
    with pytest.raises(Invalid, match="give at least one field to change"):
        held(Side.LONG).amend()


def test_r41_only_an_open_position_of_the_account_can_be_amended() -> None:
    desk = held(Side.LONG)
    assert desk.refusal_of(desk.amend(7, note="x")).code is ErrorCode.POSITION_NOT_FOUND
    desk.close()
    assert desk.refusal_of(desk.amend(note="x")).code is ErrorCode.POSITION_NOT_OPEN


def test_r41_an_amendment_may_be_late() -> None:
    desk = held(Side.LONG)
    desk.bars(a_bar("2024-03-06 10:00"))
    assert desk.refusal_of(desk.amend(note="x", at_time="10:00")).code is ErrorCode.LATE_SIGNAL


def test_r41_an_amendment_with_an_id_happens_once() -> None:
    desk = held(Side.LONG)
    desk.amend(stop_loss="96", once=9)
    desk.amend(stop_loss="97")
    again = desk.amend(stop_loss="96", once=9)
    assert (again.replayed, desk.stop()) == (True, "97")
    assert desk.refusal_of(desk.amend(stop_loss="96.5", once=9)).code is ErrorCode.IDEMPOTENCY_CONFLICT
    assert desk.refusal_of(desk.amend(stop_loss="96.5", once=1)).code is ErrorCode.IDEMPOTENCY_CONFLICT


def test_r41_an_amendment_of_what_has_changed_meanwhile_is_refused() -> None:
    desk = held(Side.LONG)
    known = desk.account.seq
    assert desk.amend(stop_loss="96", as_of=known).refusal is None
    refusal = desk.refusal_of(desk.amend(stop_loss="97", as_of=known))
    assert (refusal.code, refusal.field) == (ErrorCode.CHANGED_MEANWHILE, "if_cursor")
    assert refusal.message == (
        "the position has changed since the cursor in `if_cursor`: 100 of 100 open, last filled at "
        "2024-03-04T09:30:00Z, ENTRY, amended 1 time, last at 2024-03-04T09:30:00Z; it now has `stop_loss` 96, "
        "`target1` 105, `target2` 110 (R41)"
    )
    assert desk.stop() == "96"
    assert desk.amend(stop_loss="97", as_of=desk.account.seq).refusal is None


def test_r41_what_happened_to_others_meanwhile_does_not_matter() -> None:
    desk = held(Side.LONG)
    known = desk.account.seq
    holding(Side.LONG, desk=desk)
    assert desk.amend(1, stop_loss="96", as_of=known).refusal is None


def test_r41_a_stop_that_trailed_has_changed_the_position_too() -> None:
    desk = held(Side.LONG, target="120", target2=None, trailing=("102", "1"))
    known = desk.account.seq
    desk.bars(a_bar("10:00", high="104"))
    desk.close(percent="25")
    refusal = desk.refusal_of(desk.amend(target1="130", as_of=known))
    assert (refusal.code, refusal.message) == (
        ErrorCode.CHANGED_MEANWHILE,
        "the position has changed since the cursor in `if_cursor`: 75 of 100 open, last filled at "
        "2024-03-04T10:30:00Z, MANUAL; it now has `stop_loss` 103, `target1` 120, `trailing_stop` 1 behind, from 102 "
        "on (R41)",
    )


def test_r41_a_cursor_of_an_event_to_come_means_nothing() -> None:
    desk = held(Side.LONG)
    refusal = desk.refusal_of(desk.amend(stop_loss="96", as_of=desk.account.seq + 1))
    assert (refusal.code, refusal.field) == (ErrorCode.INVALID_INPUT, "if_cursor")


def test_r41_a_preview_tells_what_an_amendment_would_risk_and_does_nothing() -> None:
    desk = held(Side.LONG)
    command = desk.position_amendment(stop_loss="90", campaign_id="spring")
    seen = preview_amendment(desk.desk, command, desk.times)
    assert isinstance(seen, Assessment)
    assert (seen.trade_risk_percent, seen.campaign_risk_percent, seen.heat_percent) == (D(1), D(1), D(1))
    assert (seen.refusal, desk.stop()) == (None, "95")
    refused = preview_amendment(desk.desk, desk.position_amendment(stop_loss="50"), desk.times)
    assert isinstance(refused, Assessment)
    assert refused.refusal is not None
    assert (refused.refusal.code, refused.trade_risk_percent) == (ErrorCode.TRADE_RISK_EXCEEDED, D(5))


@both_sides
def test_r41_an_older_position_amended_or_closed_in_part_leaves_anothers_own_price_its_mark(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.bars(a_bar("09:00"))
    desk.send(a_signal(market="100", quantity="10"))
    desk.quote("10:00", "98")
    desk.send(a_signal(market="97", timestamp="10:00", quantity="10"))
    assert desk.earned == D(-20)
    desk.amend(1, stop_loss="94")
    assert desk.earned == D(-20)
    desk.close(1, quantity="5")
    assert desk.earned == D(-20)
    desk.quote("10:30", "98")
    assert desk.earned == D(-10)


# Signals


def waiting(side: Side, **signal: Any) -> TheDesk:
    """A signal of 100 shares that waits to buy at 98, with a stop at 95 and a target at 110; last price 100."""
    desk = TheDesk(side, **FREE)
    desk.bars(a_bar("09:00"))
    desk.send(a_limit("98", **signal))
    return desk


@both_sides
def test_r41_a_waiting_signal_is_amended_and_reserves_what_it_now_needs(side: Side) -> None:
    desk = waiting(side)
    assert desk.amend_signal(entry_price="99", quantity="50").refusal is None
    price = D(99) if side is Side.LONG else D(101)
    assert desk.account.working.reserved_notional == 50 * price
    assert desk.account.working.risk() == D(200)
    desk.bars(a_bar("10:00", low="98.5"))
    assert (desk.entry(), desk.status()) == ("ENTRY 50 @ 99", "EXECUTED")


def test_r41_a_signals_event_says_what_was_and_what_is() -> None:
    desk = waiting(Side.LONG)
    desk.amend_signal(entry_price="99", stop_loss="96")
    (event,) = [event for event in desk.events if isinstance(event, SignalEvent) and event.changes]
    assert event.changes == (Change("entry_price", "98", "99"), Change("stop_loss", "95", "96"))
    assert (event.kind.value, event.signal.status.value) == ("AMENDED", "WORKING")


@both_sides
def test_r41_a_bar_under_way_meets_the_earlier_entry_price(side: Side) -> None:
    desk = waiting(side)
    desk.amend_signal(entry_price="99", at_time="10:40")
    desk.bars(a_bar("10:30", low="98.5"))
    assert desk.working == [1]
    desk.bars(a_bar("11:00", low="98.5"))
    assert desk.entry() == "ENTRY 100 @ 99"


@both_sides
def test_r41_a_bar_under_way_may_fill_at_the_earlier_entry_price(side: Side) -> None:
    desk = waiting(side)
    desk.amend_signal(entry_price="97", at_time="10:40")
    desk.bars(a_bar("10:30", low="97.5"))
    assert desk.entry() == "ENTRY 100 @ 98"


@both_sides
@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"stop_loss": "99"}, ErrorCode.INVALID_LEVELS, "stop_loss"),
        ({"entry_price": "94"}, ErrorCode.INVALID_LEVELS, "entry_price"),
        ({"entry_price": "111"}, ErrorCode.INVALID_LEVELS, "entry_price"),
        ({"stop_loss": "99", "entry_price": "97"}, ErrorCode.INVALID_LEVELS, "entry_price"),
        ({"target1": "97"}, ErrorCode.INVALID_LEVELS, "target1"),
        ({"target1": "116"}, ErrorCode.INVALID_LEVELS, "target1"),
        ({"target1": None}, ErrorCode.INVALID_INPUT, "target1"),
        ({"stop_loss": "96", "target2": None, "target1": None, "risk_percent": None}, None, None),
        ({"risk_percent": "1", "stop_loss": None}, ErrorCode.INVALID_INPUT, "risk_percent"),
        ({"quantity": None}, ErrorCode.INVALID_INPUT, "quantity"),
    ],
)
def test_r41_an_amendment_is_blamed_on_a_field_that_was_sent(
    side: Side, changes: dict[str, Any], code: ErrorCode | None, field: str | None
) -> None:
    refusal = waiting(side, target2="115").amend_signal(**changes).refusal
    assert (refusal and refusal.code, refusal and refusal.field) == (code, field)


@both_sides
def test_r41_figures_of_levels_out_of_order_are_those_of_the_field_to_blame(side: Side) -> None:
    refusal = waiting(side).amend_signal(stop_loss="99").refusal
    assert refusal is not None
    if side is Side.LONG:
        assert refusal.message == "`stop_loss` 99 must be below `entry_price` 98 for a LONG (R14)"
        assert (refusal.limit, refusal.actual) == (D(98), D(99))
    else:
        assert refusal.message == "`stop_loss` 101 must be above `entry_price` 102 for a SHORT (R14)"
        assert (refusal.limit, refusal.actual) == (D(102), D(101))


@both_sides
def test_r41_a_stop_taken_from_what_is_reckoned_from_it_is_to_blame(side: Side) -> None:
    for signal in ({"target_r": "2"}, {"risk": "1"}, {"trailing": TrailingStop(offset=D(1), activation_r=D(1))}):
        refusal = waiting(side, **signal).amend_signal(stop_loss=None).refusal
        assert refusal is not None
        assert (refusal.code, refusal.field) == (ErrorCode.INVALID_INPUT, "stop_loss")


@both_sides
def test_r41_a_level_that_was_passed_meanwhile_is_no_fault_of_what_was_sent(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.bars(a_bar("09:00"))
    desk.send(a_next_open(timestamp="12:00"))
    desk.bars(a_bar("10:00", open="94"))
    refusal = desk.refusal_of(desk.amend_signal(note="x"))
    assert (refusal.code, refusal.field) == (ErrorCode.STOP_ALREADY_BREACHED, None)
    assert desk.refusal_of(desk.amend_signal(stop_loss="94.5")).field == "stop_loss"


def test_r41_a_signal_that_has_changed_meanwhile_is_told_as_it_is() -> None:
    desk = waiting(Side.LONG)
    known = desk.account.seq
    unsent = desk.refusal_of(desk.amend_signal(note="x", as_of=known - 1))
    assert unsent.message == (
        "the signal has changed since the cursor in `if_cursor`: sent at 2024-03-04T09:30:00Z; it now has "
        "`entry_price` 98, `stop_loss` 95, `target1` 110, `quantity` 100 (R41)"
    )
    assert desk.amend_signal(entry_price="99", as_of=known).refusal is None
    refusal = desk.refusal_of(desk.amend_signal(entry_price="97", as_of=known))
    assert (refusal.code, refusal.field, refusal.message) == (
        ErrorCode.CHANGED_MEANWHILE,
        "if_cursor",
        "the signal has changed since the cursor in `if_cursor`: amended 1 time, last at 2024-03-04T09:30:00Z; it now "
        "has `entry_price` 99, `stop_loss` 95, `target1` 110, `quantity` 100 (R41)",
    )


@both_sides
def test_r41_a_signal_is_checked_anew_with_its_own_reservation_released(side: Side) -> None:
    desk = waiting(side)
    desk.change(max_heat_percent=D("0.3"))
    assert desk.amend_signal(target1="111").refusal is None
    refusal = desk.refusal_of(desk.amend_signal(stop_loss="94.9"))
    assert (refusal.code, refusal.limit, refusal.actual) == (ErrorCode.PORTFOLIO_HEAT_EXCEEDED, D("0.3"), D("0.31"))
    assert desk.working == [1]


@both_sides
def test_r41_a_size_given_one_way_takes_the_place_of_the_other(side: Side) -> None:
    desk = waiting(side)
    desk.amend_signal(risk_percent="1")
    assert (desk.signal().quantity, desk.signal().request.quantity) == (D(333), None)
    desk.amend_signal(quantity="10")
    assert (desk.signal().quantity, desk.signal().request.risk_percent) == (D(10), None)


@both_sides
def test_r41_an_amended_signal_keeps_its_place(side: Side) -> None:
    desk = waiting(side)
    desk.send(a_limit("98"))
    desk.amend_signal(1, note="first")
    desk.bars(a_bar("10:00", low="97"))
    filled = [event.signal.signal_id.int for event in desk.events if isinstance(event, SignalEvent)]
    assert filled[-2:] == [1, 2]


@both_sides
def test_r41_what_a_signal_is_amended_to_its_position_has(side: Side) -> None:
    desk = waiting(side)
    desk.amend_signal(target2="115", trailing_stop=("104", "2"), campaign_id="spring", note="n", expires_at="18:00")
    desk.bars(a_bar("10:00", low="97"))
    position = desk.position()
    assert (position.campaign_id, position.note, position.plan.expires_at) == ("spring", "n", at("18:00"))
    assert position.trail is not None


@both_sides
def test_r41_a_signal_that_is_good_until_another_time_expires_then(side: Side) -> None:
    desk = waiting(side)
    desk.amend_signal(good_until="11:00")
    desk.bars(a_bar("10:30"))
    assert desk.working == [1]
    desk.bars(a_bar("11:00"))
    assert desk.status() == "EXPIRED"


@both_sides
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"stop_loss": "98"}, ErrorCode.INVALID_LEVELS),
        ({"target1": "97"}, ErrorCode.INVALID_LEVELS),
        ({"entry_price": None}, ErrorCode.INVALID_INPUT),
        ({"quantity": None}, ErrorCode.INVALID_INPUT),
        ({"quantity": "1", "risk_percent": "1"}, ErrorCode.INVALID_INPUT),
        ({"good_until": "09:10"}, ErrorCode.INVALID_INPUT),
        ({"quantity": "2000"}, ErrorCode.TRADE_RISK_EXCEEDED),
    ],
)
def test_r41_what_could_not_be_sent_cannot_be_amended_to(side: Side, changes: dict[str, Any], code: ErrorCode) -> None:
    desk = waiting(side)
    assert desk.refusal_of(desk.amend_signal(**changes)).code is code
    assert desk.working == [1]


def test_r41_only_a_waiting_signal_of_the_account_can_be_amended() -> None:
    desk = waiting(Side.LONG)
    assert desk.refusal_of(desk.amend_signal(7, note="x")).code is ErrorCode.SIGNAL_NOT_FOUND
    desk.cancel()
    assert desk.refusal_of(desk.amend_signal(note="x")).code is ErrorCode.SIGNAL_NOT_WORKING


def test_r41_an_amended_signal_sent_again_as_it_was_gets_the_first_decision() -> None:
    desk = waiting(Side.LONG)
    desk.amend_signal(entry_price="97")
    again = desk.send(a_limit("98"), 1)
    assert again.replayed
    assert desk.signal_of(again).request.entry_price == D(97)
    assert desk.code(a_limit("97"), 1) is ErrorCode.IDEMPOTENCY_CONFLICT


def test_r41_a_signal_that_waits_for_the_next_open_has_no_price_to_amend() -> None:
    desk = TheDesk(**FREE)
    desk.bars(a_bar("09:00"))
    desk.send(a_next_open())
    assert desk.refusal_of(desk.amend_signal(entry_price="98")).code is ErrorCode.INVALID_INPUT
    assert desk.amend_signal(stop_loss="96").refusal is None
    desk.bars(a_quote("10:00", "100"))
    assert desk.stop() == "96"


def test_r41_a_signal_amended_meanwhile_is_told_so() -> None:
    desk = waiting(Side.LONG)
    known = desk.account.seq
    desk.amend_signal(entry_price="97", as_of=known)
    assert desk.refusal_of(desk.amend_signal(entry_price="96", as_of=known)).code is ErrorCode.CHANGED_MEANWHILE


def test_r41_a_preview_of_a_signals_amendment_sizes_and_checks_it() -> None:
    desk = waiting(Side.LONG)
    seen = preview_amendment(desk.desk, desk.signal_amendment(stop_loss="93", risk_percent="1"), desk.times)
    assert isinstance(seen, Assessment)
    assert (seen.quantity, seen.trade_risk_percent, seen.refusal) == (D(200), D(1), None)
    assert desk.signal().request.stop_loss == D(95)


@both_sides
def test_r41_once_something_left_at_target_1_the_stop_may_move_past_it(side: Side) -> None:
    desk = held(side)
    desk.bars(a_bar("10:00", high="108", close="108"))
    assert desk.amend(stop_loss="106").refusal is None
    assert desk.amend(target2="120", note="as told").refusal is None
    assert desk.stop() == "106"


@both_sides
def test_r41_where_nothing_leaves_at_target_1_it_limits_no_stop(side: Side) -> None:
    desk = held(side, scale_out="0")
    desk.bars(a_bar("10:00", high="108", close="108"))
    assert desk.amend(stop_loss="106").refusal is None


@both_sides
def test_r41_an_amendment_is_dated_no_earlier_than_the_one_before_it(side: Side) -> None:
    desk = held(side, target="120", target2=None)
    desk.amend(trailing_stop=("102", "1"), at_time="10:20")
    desk.amend(trailing_stop=("102", "2"), at_time="09:40")
    assert [event.occurred_at for event in desk.position_events()][1:] == [at("10:20"), at("10:20")]
    desk.bars(a_bar("10:00", high="110"))
    assert desk.stop() == "95"


@both_sides
def test_r41_a_bar_under_way_meets_the_earlier_levels_and_size_of_a_signal_too(side: Side) -> None:
    desk = waiting(side)
    desk.amend_signal(entry_price="80", stop_loss="75", target1="90", quantity="10", at_time="10:05")
    desk.bars(a_bar("10:00", low="97.5"))
    assert (desk.entry(), desk.stop(), desk.position().target1) == ("ENTRY 100 @ 98", "95", desk._mirrored(D(110)))


@both_sides
def test_r41_an_amended_stop_takes_nothing_out_of_the_bar_that_was_under_way(side: Side) -> None:
    desk = waiting(side, stop="90")
    desk.amend_signal(stop_loss="97", at_time="10:05")
    desk.bars(a_bar("10:00", low="96"))
    assert (desk.exits(), desk.stop()) == ([], "90")


@both_sides
def test_r41_what_was_fixed_when_the_signal_was_accepted_stays(side: Side) -> None:
    desk = waiting(side)
    desk.change(scale_out_percent=D(20), break_even_after_target1=True)
    desk.amend_signal(note="as told")
    assert (desk.signal().plan.scale_out_percent, desk.signal().plan.break_even_after_target1) == (D(50), False)


@both_sides
def test_r41_a_signal_is_sized_anew_only_where_its_size_its_price_or_its_stop_is_amended(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.bars(a_bar("09:00"), a_bar("09:00", symbol="MSFT"))
    desk.send(a_signal(symbol="MSFT", quantity="100"))
    desk.send(a_limit("98", risk="0.5"))
    desk.bars(a_bar("09:30", symbol="MSFT", close="105"))
    assert desk.amend_signal(2, note="as told").refusal is None
    assert desk.signal(2).quantity == D(166)
    desk.amend_signal(2, stop_loss="94")
    (event,) = [event for event in desk.events if isinstance(event, SignalEvent) and event.signal.quantity == D(125)]
    assert event.changes == (
        Change("stop_loss", *(f"{desk._mirrored(D(price)):f}" for price in ("95", "94"))),
        Change("quantity", "166", "125"),
    )


def test_r41_times_that_are_not_amended_are_not_asked_again() -> None:
    desk = waiting(Side.LONG, expires="10:00")
    desk.bars(a_bar("10:30", symbol="MSFT"))
    assert desk.amend_signal(note="as told").refusal is None
    refusal = desk.refusal_of(desk.amend_signal(expires_at="10:15"))
    assert (refusal.code, refusal.message) == (
        ErrorCode.INVALID_INPUT,
        "`expires_at` 2024-03-04T10:15:00Z must be after the amendment's timestamp, 2024-03-04T11:00:00Z",
    )


def test_r41_a_level_given_one_way_takes_the_place_of_the_other() -> None:
    desk = waiting(Side.LONG)
    assert desk.amend_signal(stop_distance=D(5)).refusal is None
    assert desk.amend_signal(stop_loss="96", stop_percent=None).refusal is None
    assert (desk.signal().request.stop_loss, desk.signal().request.stop_distance) == (D(96), None)


# Reversals


def the_other_side(**signal: Any) -> Request:
    """A signal to sell 100 at the market, with a stop at 105 and a target at 90."""
    return a_signal(side=Side.SHORT, **{"stop": "105", "target": "90", "timestamp": None, **signal})


@both_sides
def test_r41_a_reversal_closes_a_position_and_opens_the_other_side(side: Side) -> None:
    desk = held(side)
    result = desk.reverse(the_other_side())
    assert (result.refusal, desk.signal_of(result).status.value) == (None, "EXECUTED")
    assert (desk.exits(1), desk.entry(2)) == (["MANUAL 100 @ 100"], "ENTRY 100 @ 100")
    assert (desk.open, desk.position(1).status.value) == ([2], "CLOSED")
    assert desk.signal(2).reverses == desk.position(1).id


@both_sides
def test_r41_what_reverses_is_checked_once_the_position_is_closed(side: Side) -> None:
    desk = held(side, quantity="900", stop="99")
    assert desk.reverse(the_other_side(quantity="900", stop="101")).refusal is None
    assert desk.open == [2]


@both_sides
def test_r41_a_reversal_that_is_refused_closes_nothing(side: Side) -> None:
    desk = held(side)
    refusal = desk.refusal_of(desk.reverse(the_other_side(quantity="2000")))
    assert refusal.code is ErrorCode.TRADE_RISK_EXCEEDED
    assert (desk.open, desk.exits(1), desk.status(2)) == ([1], [], "REJECTED")


@pytest.mark.parametrize(
    ("signal", "field"),
    [({"side": Side.LONG, "stop": "95", "target": "110"}, "signal.side"), ({"symbol": "MSFT"}, "signal.symbol")],
)
def test_r41_a_reversal_is_of_the_other_side_in_the_same_symbol(signal: dict[str, Any], field: str) -> None:
    desk = held(Side.LONG)
    request = a_signal(**signal) if "side" in signal else the_other_side(**signal)
    refusal = desk.refusal_of(desk.reverse(request))
    assert (refusal.code, refusal.field, desk.open) == (ErrorCode.INVALID_INPUT, field, [1])


def test_r41_a_reversal_does_not_wait() -> None:
    with pytest.raises(Invalid, match="a reversal enters at the market"):
        held(Side.LONG).reverse(a_limit("102", side=Side.SHORT, stop="105", target="90"))


def test_r41_a_reversal_sent_again_happens_once() -> None:
    desk = held(Side.LONG)
    desk.reverse(the_other_side(), own=7)
    again = desk.reverse(the_other_side(), own=7)
    assert (again.replayed, desk.signal_of(again).signal_id.int, desk.open) == (True, 7, [7])
    assert desk.code(the_other_side(), 7) is ErrorCode.IDEMPOTENCY_CONFLICT
    assert desk.refusal_of(desk.reverse(the_other_side(), 7, own=7)).code is ErrorCode.IDEMPOTENCY_CONFLICT


def test_r41_what_is_closed_cannot_be_reversed() -> None:
    desk = held(Side.LONG)
    desk.close()
    assert desk.refusal_of(desk.reverse(the_other_side())).code is ErrorCode.POSITION_NOT_OPEN
    assert desk.refusal_of(desk.reverse(the_other_side(), 9)).code is ErrorCode.POSITION_NOT_FOUND


@both_sides
def test_r41_a_reversal_whose_close_halts_the_account_is_refused_and_closes_nothing(side: Side) -> None:
    desk = held(side, quantity="900", stop="99", target="120", target2=None)
    desk.change(max_drawdown_percent=D(5))
    refusal = desk.refusal_of(desk.reverse(the_other_side(market="90", stop="95", target="80", timestamp="09:30")))
    assert (refusal.code, desk.open, desk.account.halt_reason) == (ErrorCode.ACCOUNT_HALTED, [1], None)


def test_r41_a_reversal_that_finds_no_position_is_refused_for_good() -> None:
    desk = waiting(Side.LONG)
    refused = desk.reverse(the_other_side(), 1, own=7)
    assert (desk.refusal_of(refused).code, desk.status(7)) == (ErrorCode.POSITION_NOT_FOUND, "REJECTED")
    desk.bars(a_bar("10:00", low="97"))
    again = desk.reverse(the_other_side(), 1, own=7)
    assert (again.replayed, desk.refusal_of(again).code, desk.open) == (True, ErrorCode.POSITION_NOT_FOUND, [1])
