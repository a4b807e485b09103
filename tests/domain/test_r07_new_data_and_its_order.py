"""R7 which bars and quotes are new, R8 their order, R9 the last price."""

from typing import Any

import pytest

from domain.engine.events import PositionEvent
from domain.market.update import MarketUpdate
from domain.orders.side import Side
from domain.portfolio.settings import IntrabarPolicy
from domain.validation import Invalid
from tests.builders import (
    FREE,
    D,
    TheDesk,
    a_bar,
    a_limit,
    a_next_open,
    a_quote,
    a_signal,
    a_stop_entry,
    at,
    both_sides,
)


def test_r7_a_bar_applied_before_is_a_duplicate_by_value() -> None:
    desk = TheDesk()
    desk.bars(a_bar("09:30", open="100", volume="10"))
    again = desk.bars(a_bar("09:30", open="100.0", volume="10.00"))
    assert (again.applied, again.duplicate, again.rejected) == (0, 1, ())


@pytest.mark.parametrize("other", [{"open": "101"}, {"volume": "11"}, {"volume": None}])
def test_r7_a_bar_applied_before_with_other_figures_is_a_conflict(other: dict[str, Any]) -> None:
    desk = TheDesk()
    desk.bars(a_bar("09:30", volume="10"))
    assert desk.rejected(a_bar("09:30", **{"volume": "10", **other})) == [(0, "CONFLICT")]
    assert desk.last_price() == "100 at 10:00"


def test_r7_a_conflict_tells_the_figures_of_the_bar_that_was_applied_its_volume_too() -> None:
    desk = TheDesk()
    desk.bars(a_bar("09:30", volume="10"))
    (rejection,) = desk.bars(a_bar("09:30", volume="11")).rejected
    figures = "open 100, high 100, low 100, close 100, volume 10"
    assert rejection.message == f"a bar of that start and end was applied before: {figures}"


def test_r7_a_late_quote_is_told_to_the_microsecond_how_far_its_symbol_is() -> None:
    desk = TheDesk()
    desk.quote("10:00:00.000005", "100")
    (rejection,) = desk.bars(a_quote("10:00", "100")).rejected
    assert rejection.message == "AAPL has moved on to 2024-03-04T10:00:00.000005Z (R7)"


def test_r7_duplicates_and_conflicts_are_detected_within_a_batch_too() -> None:
    desk = TheDesk()
    done = desk.bars(a_bar("09:30"), a_bar("09:30"), a_bar("09:30", open="101"))
    assert (done.applied, done.duplicate) == (1, 1)
    assert [(rejection.index, rejection.outcome.value) for rejection in done.rejected] == [(2, "CONFLICT")]


def test_r7_a_bar_that_starts_before_the_end_of_the_last_one_is_late() -> None:
    desk = TheDesk()
    desk.bars(a_bar("10:00"))
    assert desk.rejected(a_bar("09:30", minutes=45), a_bar("09:00"), a_bar("10:15")) == [
        (0, "LATE"),
        (1, "LATE"),
        (2, "LATE"),
    ]
    assert desk.bars(a_bar("10:30")).applied == 1


def test_r7_each_symbol_moves_forward_independently() -> None:
    desk = TheDesk()
    desk.bars(a_bar("10:00"))
    assert desk.bars(a_bar("09:30", symbol="MSFT")).applied == 1


def test_r7_a_quote_is_late_only_before_the_last_prices_time() -> None:
    desk = TheDesk()
    desk.bars(a_bar("09:30"))
    assert desk.rejected(a_quote("09:59", "101")) == [(0, "LATE")]
    assert desk.bars(a_quote("10:00", "101")).applied == 1
    assert desk.bars(a_quote("10:05", "102")).applied == 1
    assert desk.rejected(a_quote("10:04", "103")) == [(0, "LATE")]
    assert desk.last_price() == "102 at 10:05"


def test_r7_the_same_quote_again_is_a_duplicate_and_another_price_at_its_time_is_not() -> None:
    desk = TheDesk()
    desk.quote("10:00", "101")
    assert desk.quote("10:00", "101.0").duplicate == 1
    assert desk.quote("10:00", "102").applied == 1
    assert desk.quote("10:00", "101").duplicate == 1
    assert desk.last_price() == "102 at 10:00"


def test_r7_quotes_make_no_bar_late() -> None:
    desk = TheDesk()
    desk.quote("10:20", "101")
    assert desk.bars(a_bar("10:00")).applied == 1


def test_r7_what_is_not_applied_is_counted_and_named_and_the_rest_is_applied() -> None:
    desk = TheDesk()
    desk.bars(a_bar("10:00"))
    unreadable = Invalid("open must be above 0, not 0", "open")
    done = desk.bars(a_bar("09:00"), unreadable, a_bar("10:30"), a_bar("10:00"), a_bar("10:00", open="99"))
    assert (done.applied, done.duplicate, done.fills) == (1, 1, 0)
    assert [(rejection.index, rejection.outcome.value) for rejection in done.rejected] == [
        (0, "LATE"),
        (1, "INVALID"),
        (4, "CONFLICT"),
    ]
    assert done.rejected[1].message == "open must be above 0, not 0"


@both_sides
def test_r7_what_is_not_applied_triggers_nothing(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.bars(a_bar("10:00"))
    desk.send(a_signal(timestamp="10:30"))
    before = (desk.account, len(desk.facts), len(desk.points))
    desk.bars(a_bar("10:00"), a_bar("10:00", low="90"), a_bar("10:15", low="90"))
    assert (desk.account, len(desk.facts), len(desk.points)) == before


def test_r8_a_batch_is_applied_in_the_order_of_end_and_symbol() -> None:
    desk = TheDesk()
    batch = [a_bar("10:00"), a_bar("09:30", symbol="MSFT"), a_bar("09:30"), a_bar("09:35", symbol="IBM", minutes=5)]
    assert desk.bars(*batch).applied == 4
    applied = [(fact.symbol, fact.start) for fact in desk.facts if isinstance(fact, MarketUpdate)]
    assert applied == [
        ("IBM", at("09:35")),
        ("AAPL", at("09:30")),
        ("MSFT", at("09:30")),
        ("AAPL", at("10:00")),
    ]


@both_sides
def test_r8_within_a_bar_the_open_comes_before_the_inside_and_exits_before_entries(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.quote("09:30", "100")
    desk.send(a_limit("97.5", stop="90", target="120", quantity="10"))  # 1: enters inside the bar
    desk.send(a_signal(stop="90", target="103", quantity="10"))  # 2: leaves inside the bar
    desk.send(a_next_open(stop="90", target="120", quantity="10"))  # 3: enters at the open
    desk.send(a_signal(stop="99", target="120", quantity="10"))  # 4: leaves at the open
    desk.bars(a_bar("10:00", open="98", high="104", low="97", close="100"))
    events = [
        (event.position.signal_id.int, desk.line(event.fill))
        for event in desk.events
        if isinstance(event, PositionEvent) and event.fill is not None and event.occurred_at >= at("10:00")
    ]
    assert events == [
        (4, "STOP_LOSS 10 @ 98 gap"),
        (3, "ENTRY 10 @ 98"),
        (2, "TARGET_1 10 @ 103"),
        (1, "ENTRY 10 @ 97.5"),
    ]


@both_sides
def test_r8_signals_and_positions_are_processed_in_the_order_they_were_accepted(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    for _ in range(3):
        desk.send(a_limit("98", stop="95", quantity="10"))
    desk.bars(a_bar("10:00", low="97"))
    desk.bars(a_bar("10:30", low="94"))
    events = [
        (event.position.signal_id.int, event.kind.value) for event in desk.events if isinstance(event, PositionEvent)
    ]
    assert events == [
        (1, "OPENED"),
        (2, "OPENED"),
        (3, "OPENED"),
        (1, "CLOSED"),
        (2, "CLOSED"),
        (3, "CLOSED"),
    ]


def test_r8_what_leaves_at_the_open_frees_its_buying_power_for_what_enters_there() -> None:
    desk = TheDesk(**FREE, max_trade_risk_percent=D(100), max_heat_percent=D(100))
    desk.quote("09:30", "100")
    desk.send(a_signal(stop="98", target="130", quantity="500"))
    desk.send(a_next_open(stop="98", target="200", quantity="450"))
    desk.bars(a_bar("10:00", open="130"))
    # 500 × 130 and 450 × 130 together would be more than the 115 000 there are.
    assert desk.exits(1) == ["TARGET_1 500 @ 130 gap"]
    assert desk.entry(2) == "ENTRY 450 @ 130"


@both_sides
def test_r8_until_a_bar_is_done_its_open_is_the_last_price_then_its_close(side: Side) -> None:
    desk = TheDesk(side, **FREE, intrabar=IntrabarPolicy.OPTIMISTIC)
    desk.send(a_signal(market="100", stop="85", target="150", quantity="100"))
    desk.send(a_stop_entry("110", stop="100", target="150", quantity=None, risk="1"))
    assert desk.signal(2).quantity == D("100")
    desk.bars(a_bar("10:00", open="90", high="130", close="130"))
    # At the open the first position had lost 1 000: 1 % of 99 000, at 10 a share.
    assert desk.fill(2).quantity == D("99")
    assert desk.position_events(2)[0].mark.time == at("10:00")
    assert desk.last_price() == "130 at 10:30"
    assert desk.earned == D("100") * 30 + D("99") * 20


def test_r9_the_last_price_is_the_later_of_close_and_quote() -> None:
    desk = TheDesk()
    desk.quote("10:20", "101")
    desk.bars(a_bar("09:30", close="99"))
    assert desk.last_price() == "101 at 10:20"
    desk.bars(a_bar("10:00", close="98"))
    assert desk.last_price() == "98 at 10:30"


def test_r9_at_the_same_time_the_last_price_is_the_one_applied_last() -> None:
    desk = TheDesk()
    desk.quote("10:00", "101")
    desk.bars(a_bar("09:30", close="99"))
    assert desk.last_price() == "99 at 10:00"
    desk.quote("10:00", "102")
    assert desk.last_price() == "102 at 10:00"


def test_r9_a_signal_trades_at_the_last_price() -> None:
    desk = TheDesk(**FREE)
    desk.bars(a_bar("09:30", close="99"))
    desk.quote("10:10", "101")
    desk.send(a_signal(timestamp="10:15"))
    assert desk.entry() == "ENTRY 100 @ 101"
    assert desk.fill().time == at("10:15")
