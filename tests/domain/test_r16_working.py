"""R16: the life of a signal that waits, and what it holds meanwhile."""

import pytest

from domain.orders.request import Request
from domain.orders.side import Side
from domain.refusals import ErrorCode
from tests.builders import (
    FREE,
    D,
    TheDesk,
    a_bar,
    a_limit,
    a_next_open,
    a_signal,
    a_stop_entry,
    at,
    both_sides,
    per_share,
)


@pytest.mark.parametrize(
    ("request_", "notional", "risk"),
    [
        (a_limit("98", stop="95"), "9800", "0.3"),
        (a_stop_entry("102", stop="95"), "10200", "0.7"),
        (a_next_open(stop="95"), "10000", "0.5"),
    ],
    ids=["limit", "stop", "next open"],
)
def test_r16_a_waiting_signal_reserves_its_risk_and_its_notional_at_its_entry_price(
    request_: Request, notional: str, risk: str
) -> None:
    """The reservation is the price before slippage, and no commission."""
    desk = TheDesk(slippage=per_share("0.02"))
    desk.quote("09:00", "100")
    desk.send(request_)
    assert desk.buying_power == D("100000") - D(notional)
    assert desk.heat == D(risk)
    assert desk.equity == desk.cash == D("100000")


@both_sides
def test_r16_a_short_reserves_like_a_long(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.quote("09:00", "100")
    desk.send(a_next_open(stop="95"))
    assert (desk.buying_power, desk.heat) == (D("90000"), D("0.5"))


def test_r16_next_open_reserves_at_a_last_price_of_any_age() -> None:
    desk = TheDesk(max_price_age_seconds=1)
    desk.quote("2023-03-04 09:00", "100")
    assert desk.code(a_next_open()) is None
    assert desk.buying_power == D("90000")


def test_r16_a_reservation_is_fixed_when_the_signal_is_accepted() -> None:
    desk = TheDesk()
    desk.quote("09:00", "100")
    desk.send(a_next_open(timestamp="10:00"))
    desk.quote("09:30", "105")
    assert desk.buying_power == D("90000")


@both_sides
def test_r16_what_a_signal_reserves_is_released_before_its_own_fill_is_checked(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_limit("100", stop="98", quantity="1000"))
    assert desk.buying_power == D("0")
    desk.quote("10:00", "100")
    assert desk.entry() == "ENTRY 1000 @ 100 gap"
    assert (desk.heat, desk.buying_power) == (D("2"), D("0"))


@both_sides
def test_r16_a_signal_expires_when_a_bar_starts_at_or_after_good_until(side: Side) -> None:
    desk = TheDesk(side)
    desk.send(a_limit("98", good_until="10:30"))
    desk.bars(a_bar("10:00"))
    assert desk.status() == "WORKING"
    desk.bars(a_bar("10:30", open="97"))
    assert (desk.status(), desk.working, desk.has_position()) == ("EXPIRED", [], False)
    assert desk.buying_power == D("100000")
    assert desk.events[-1].occurred_at == at("10:30")


@both_sides
def test_r16_a_bar_that_starts_before_good_until_fills_though_it_ends_after(side: Side) -> None:
    desk = TheDesk(side)
    desk.send(a_limit("98", good_until="10:15"))
    desk.bars(a_bar("10:00", low="97"))
    assert desk.status() == "EXECUTED"


def test_r16_bars_of_other_symbols_expire_nothing() -> None:
    desk = TheDesk()
    desk.send(a_limit("98", good_until="10:30"))
    desk.bars(a_bar("11:00", symbol="MSFT"))
    assert desk.status() == "WORKING"


def test_r16_a_signal_is_cancelled_by_hand_and_what_it_held_is_free() -> None:
    desk = TheDesk()
    desk.send(a_limit("98"))
    assert desk.cancel().refusal is None
    assert (desk.status(), desk.buying_power, desk.heat) == ("CANCELLED", D("100000"), D("0"))
    desk.bars(a_bar("10:00", open="97"))
    assert not desk.has_position()


@pytest.mark.parametrize("end", [TheDesk.disable, TheDesk.reset], ids=["disable", "reset"])
def test_r16_disable_and_reset_cancel_what_waits(end: object) -> None:
    desk = TheDesk()
    desk.send(a_limit("98"))
    desk.send(a_stop_entry("102"))
    end(desk)  # type: ignore[operator]
    assert ([desk.status(1), desk.status(2)], desk.working) == (["CANCELLED", "CANCELLED"], [])


def test_r16_a_halt_cancels_what_waits() -> None:
    desk = TheDesk(**FREE, max_daily_loss_percent=D("1"))
    desk.send(a_signal(market="100", stop="80", target="150"))
    desk.send(a_limit("80", symbol="MSFT", stop="75"))
    desk.bars(a_bar("10:00", close="89"))
    assert (desk.status(2), desk.working) == ("CANCELLED", [])


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (lambda desk: desk.bars(a_bar("10:00", low="97")), "EXECUTED"),
        (lambda desk: desk.bars(a_bar("10:00", open="94")), "REJECTED"),
        (lambda desk: desk.bars(a_bar("11:00")), "EXPIRED"),
        (TheDesk.cancel, "CANCELLED"),
        (TheDesk.reset, "CANCELLED"),
    ],
    ids=["executed", "rejected", "expired", "cancelled", "reset"],
)
def test_r16_only_a_working_signal_can_be_cancelled(end: object, status: str) -> None:
    desk = TheDesk()
    desk.send(a_limit("98", good_until="11:00"))
    end(desk)  # type: ignore[operator]
    refusal = desk.refusal_of(desk.cancel())
    assert (refusal.code, refusal.field) == (ErrorCode.SIGNAL_NOT_WORKING, "signal_id")
    assert f"is {status};" in refusal.message
    assert desk.status() == status


def test_r16_an_unknown_signal_cannot_be_cancelled() -> None:
    desk = TheDesk()
    assert desk.refusal_of(desk.cancel()).code is ErrorCode.SIGNAL_NOT_FOUND


@both_sides
def test_r16_a_fill_that_would_risk_too_much_rejects_the_signal(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    assert desk.code(a_stop_entry("105", stop="100", target="120", quantity="400")) is None
    desk.bars(a_bar("10:00", open="106"))
    refusal = desk.signal().refusal
    assert refusal is not None
    assert (refusal.code, refusal.limit, refusal.actual) == (ErrorCode.TRADE_RISK_EXCEEDED, D("2"), D("2.4"))
    assert (desk.status(), desk.working, desk.has_position()) == ("REJECTED", [], False)
    assert desk.equity == desk.buying_power == D("100000")


def test_r16_a_fill_that_costs_too_much_rejects_the_signal() -> None:
    desk = TheDesk(**FREE)
    desk.quote("09:00", "100")
    desk.send(a_next_open(stop="99.5", quantity="1000"))
    desk.bars(a_bar("10:00", open="100.01"))
    refusal = desk.signal().refusal
    assert refusal is not None
    assert (refusal.code, refusal.limit, refusal.actual) == (
        ErrorCode.INSUFFICIENT_BUYING_POWER,
        D("100000"),
        D("100010"),
    )
    assert desk.events[-1].occurred_at == at("10:00")


def test_r16_waiting_signals_do_not_move_the_books() -> None:
    desk = TheDesk()
    before = desk.totals
    desk.send(a_limit("98"))
    desk.bars(a_bar("10:00", close="99"))
    assert (desk.totals, desk.curve) == (before, [])
