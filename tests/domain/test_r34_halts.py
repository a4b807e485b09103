"""R34: losses that halt an account, ruin, and the way back."""

from typing import Any

import pytest

from domain.orders.side import Side
from domain.refusals import ErrorCode
from tests.builders import FREE, D, TheDesk, a_bar, a_limit, a_quote, a_signal, at, both_sides

FAR: dict[str, Any] = {"market": "100", "stop": "60", "target": "180"}
"""A position that no bar of these tests closes."""


def holding(side: Side, **settings: Any) -> TheDesk:
    """A desk that holds 100 shares since 09:30, bought at 100 at no cost: a dollar a share is 0.1 % of its equity."""
    desk = TheDesk(side, **FREE, max_trade_risk_percent=D(100), max_heat_percent=D(100), **settings)
    desk.send(a_signal(**FAR))
    return desk


def is_halted(desk: TheDesk) -> bool:
    return desk.account.halt_reason is not None


@both_sides
def test_r34_a_day_may_lose_exactly_its_limit_and_no_more(side: Side) -> None:
    desk = holding(side, max_daily_loss_percent=D("1"))
    desk.quote("10:00", "90")
    assert not is_halted(desk)
    desk.quote("10:01", "89.99")
    assert desk.account.halt_reason == "the day's loss, from 100000 to 98999, exceeds 1 %"


@both_sides
def test_r34_the_days_loss_is_measured_from_the_last_equity_of_the_utc_day_before(side: Side) -> None:
    """Yesterday ended at 100 500, though it had been at 102 000; 1 % of that is 1 005."""
    desk = holding(side, max_daily_loss_percent=D("1"))
    desk.bars(a_quote("10:00", "120"), a_quote("11:00", "105"))
    assert is_halted(desk) is False
    desk.bars(a_quote("2024-03-05 00:00", "110"), a_quote("2024-03-05 01:00", "94.95"))
    assert not is_halted(desk)
    desk.quote("2024-03-05 02:00", "94.94")
    assert desk.account.halt_reason == "the day's loss, from 100500 to 99494, exceeds 1 %"


@both_sides
def test_r34_a_loss_on_the_first_day_is_measured_from_the_starting_capital(side: Side) -> None:
    desk = holding(side, max_daily_loss_percent=D("1"))
    desk.bars(a_quote("10:00", "120"), a_quote("11:00", "90"))
    assert not is_halted(desk)


@both_sides
def test_r34_a_bar_belongs_to_the_day_in_which_it_starts(side: Side) -> None:
    """Over midnight the account falls by 0.9 %, and by as much again the day after."""
    desk = holding(side, max_daily_loss_percent=D("1"))
    desk.bars(a_bar("2024-03-04 23:45", close="91"))
    desk.bars(a_bar("2024-03-05 00:15", open="91", close="82"))
    assert not is_halted(desk)
    desk.bars(a_bar("2024-03-05 00:45", open="82", close="80"))
    assert desk.account.halt_reason == "the day's loss, from 99100 to 98000, exceeds 1 %"


@both_sides
def test_r34_a_drawdown_may_reach_exactly_its_limit_and_no_more(side: Side) -> None:
    """From a peak of 101 000, 2 % are 2 020."""
    desk = holding(side, max_drawdown_percent=D("2"))
    desk.bars(a_quote("10:00", "110"), a_quote("2024-03-05 10:00", "89.8"))
    assert not is_halted(desk)
    desk.quote("2024-03-05 10:01", "89.79")
    assert desk.account.halt_reason == "the drawdown, from 101000 to 98979, exceeds 2 %"


@both_sides
def test_r34_by_default_no_loss_halts(side: Side) -> None:
    desk = holding(side)
    desk.quote("10:00", "61")
    assert not is_halted(desk)


@both_sides
def test_r34_a_halt_cancels_what_waits_and_refuses_what_comes_but_positions_run_on(side: Side) -> None:
    desk = holding(side, max_daily_loss_percent=D("1"))
    desk.send(a_limit("80", stop="75", quantity="10"))
    desk.quote("10:00", "89")
    assert (desk.status(2), desk.open) == ("CANCELLED", [1])
    refusal = desk.refuses(a_signal(market="100"))
    assert refusal.code is ErrorCode.ACCOUNT_HALTED
    assert "the day's loss, from 100000 to 98900, exceeds 1 %" in refusal.message
    desk.quote("10:01", "59")
    assert desk.exits() == ["STOP_LOSS 100 @ 59 gap"]


@both_sides
def test_r34_a_halted_account_can_close_by_hand(side: Side) -> None:
    desk = holding(side, max_daily_loss_percent=D("1"))
    desk.quote("10:00", "89")
    assert desk.close().refusal is None
    assert (desk.open, is_halted(desk)) == ([], True)


@both_sides
def test_r34_halts_are_checked_after_the_last_bar_of_an_end(side: Side) -> None:
    """At 10:30 one symbol has lost 2 000 and the other has won as much."""
    desk = holding(side, max_daily_loss_percent=D("1"))
    desk.send(a_signal(symbol="MSFT", **FAR))
    desk.bars(a_bar("10:00", close="80"), a_bar("10:00", close="120", symbol="MSFT"))
    assert not is_halted(desk)


@both_sides
def test_r34_closing_by_hand_may_halt(side: Side) -> None:
    desk = holding(side, max_daily_loss_percent=D("1"))
    desk.close(market="89", timestamp="10:00")
    assert is_halted(desk)


@both_sides
def test_r34_resume_lifts_a_halt_and_restarts_the_drawdown(side: Side) -> None:
    """Resumed at 98 979, the next 2 % are 1 979.58."""
    desk = holding(side, max_drawdown_percent=D("2"))
    desk.bars(a_quote("10:00", "110"), a_quote("10:01", "89.79"))
    assert desk.resume().refusal is None
    assert not is_halted(desk)
    desk.quote("10:02", "70.01")
    assert not is_halted(desk)
    desk.quote("10:03", "69.99")
    assert desk.account.halt_reason == "the drawdown, from 98979 to 96999, exceeds 2 %"


@both_sides
def test_r34_resume_restarts_the_daily_loss(side: Side) -> None:
    """Resumed at 98 900, the next 1 % are 989."""
    desk = holding(side, max_daily_loss_percent=D("1"))
    desk.quote("10:00", "89")
    desk.resume()
    desk.quote("10:01", "79.11")
    assert not is_halted(desk)
    desk.quote("10:02", "79.1")
    assert desk.account.halt_reason == "the day's loss, from 98900 to 97910, exceeds 1 %"


@both_sides
def test_r34_resume_keeps_the_largest_drawdown_of_the_session(side: Side) -> None:
    desk = holding(side, max_drawdown_percent=D("2"))
    desk.quote("10:00", "90")
    desk.quote("10:01", "75")
    desk.resume()
    assert (desk.watermarks.running_peak, desk.watermarks.max_drawdown) == (D("100000"), D("2.5"))


def test_r34_an_account_that_is_not_halted_is_resumed_without_effect() -> None:
    desk = TheDesk()
    before = (desk.account, len(desk.facts))
    assert desk.resume().refusal is None
    assert (desk.account, len(desk.facts)) == before


def test_r34_disable_and_enable_lift_no_halt_and_reset_does() -> None:
    desk = holding(Side.LONG, max_daily_loss_percent=D("1"))
    desk.quote("10:00", "89")
    desk.disable()
    desk.enable()
    assert is_halted(desk)
    desk.reset()
    assert not is_halted(desk)
    assert desk.code(a_signal(**{**FAR, "timestamp": "11:00"})) is None


def test_r34_once_halted_it_is_not_halted_again() -> None:
    desk = holding(Side.LONG, max_daily_loss_percent=D("1"))
    desk.quote("10:00", "89")
    reason, count = desk.account.halt_reason, len(desk.events)
    desk.quote("10:01", "80")
    assert (desk.account.halt_reason, len(desk.events)) == (reason, count)


@both_sides
@pytest.mark.parametrize(("price", "left"), [("80", "0"), ("79", "-5000")], ids=["zero", "below"])
def test_r34_at_an_equity_of_zero_or_below_everything_is_closed_and_the_account_is_halted(
    side: Side, price: str, left: str
) -> None:
    """5 000 shares bought at 100 during a bar, which then closes below the stop that it could not trigger."""
    desk = ruined(side, price)
    assert (desk.equity, desk.cash, desk.open, desk.working) == (D(left), D(left), [], [])
    assert desk.exits() == [f"MANUAL 5000 @ {price}"]
    assert desk.exit().time == at("10:00")
    assert desk.account.halt_reason == f"equity fell to {left}, which is not above zero"
    assert desk.status(2) == "CANCELLED"


@both_sides
def test_r34_a_ruined_account_cannot_resume(side: Side) -> None:
    desk = ruined(side, "79")
    refusal = desk.refusal_of(desk.resume())
    assert (refusal.code, refusal.limit, refusal.actual) == (ErrorCode.ACCOUNT_HALTED, D("0"), D("-5000"))
    desk.reset()
    assert (desk.equity, is_halted(desk)) == (D("100000"), False)


@both_sides
def test_r34_ruin_closes_what_an_earlier_halt_left_open(side: Side) -> None:
    limits: dict[str, Any] = {
        "max_trade_risk_percent": D(100),
        "max_heat_percent": D(100),
        "max_daily_loss_percent": D(1),
    }
    desk = TheDesk(side, leverage=D(10), **FREE | limits)
    desk.send(a_signal(market="100", stop="81", target="180", quantity="5000"))
    desk.send(a_signal(symbol="MSFT", quantity="1", **FAR))
    desk.quote("10:00", "82")
    assert (desk.open, desk.account.halt_reason) == ([1, 2], "the day's loss, from 100000 to 10000, exceeds 1 %")
    desk.quote("10:01", "79")
    assert (desk.open, desk.account.halt_reason) == ([], "equity fell to -5000, which is not above zero")
    assert desk.exits(2) == ["MANUAL 1 @ 100"]


@both_sides
def test_r34_ruin_is_the_reason_though_an_earlier_halt_left_nothing_else_open(side: Side) -> None:
    limits: dict[str, Any] = {
        "max_trade_risk_percent": D(100),
        "max_heat_percent": D(100),
        "max_daily_loss_percent": D(1),
    }
    desk = TheDesk(side, leverage=D(10), **FREE | limits)
    desk.send(a_signal(market="100", stop="81", target="180", quantity="5000"))
    desk.bars(a_quote("10:00", "82"), a_quote("10:01", "79"))
    assert desk.account.halt_reason == "equity fell to -5000, which is not above zero"


@both_sides
def test_r34_a_changed_limit_is_checked_at_once(side: Side) -> None:
    desk = holding(side)
    desk.send(a_limit("60", stop="50", quantity="1", symbol="MSFT"))
    desk.quote("10:00", "80")
    observed = len(desk.curve)
    desk.change(max_daily_loss_percent=D("50"))
    assert not is_halted(desk)
    desk.change(max_daily_loss_percent=D("1"))
    assert is_halted(desk)
    assert desk.account.working == {}
    assert len(desk.curve) == observed


@both_sides
def test_r34_a_gap_that_takes_everything_halts_too(side: Side) -> None:
    desk = TheDesk(side, **FREE, leverage=D(10), max_trade_risk_percent=D(100), max_heat_percent=D(100))
    desk.send(a_signal(market="100", stop="81", target="180", quantity="5000"))
    desk.bars(a_bar("10:00", open="79"))
    assert desk.exits() == ["STOP_LOSS 5000 @ 79 gap"]
    assert desk.account.halt_reason == "equity fell to -5000, which is not above zero"


def ruined(side: Side, price: str) -> TheDesk:
    desk = TheDesk(side, **FREE, leverage=D(10), max_trade_risk_percent=D(100), max_heat_percent=D(100))
    desk.send(a_signal(market="100", stop="81", target="180", quantity="5000", timestamp="09:45"))
    desk.send(a_limit("60", stop="50", symbol="MSFT"))
    desk.bars(a_bar("09:30", close=price))
    return desk


def test_r34_a_resume_counts_from_the_last_bar_though_nobody_looked_at_the_account_then() -> None:
    desk = TheDesk(**FREE, max_drawdown_percent=D(1))
    desk.send(a_signal(market="100", stop="80", target="200"))
    desk.bars(a_bar("10:00", close="89"))
    assert desk.account.halt_reason is not None
    desk.bars(a_bar("10:30", open="89", close="89.5"))
    desk.resume()
    assert (desk.watermarks.watched_peak, desk.watermarks.day_reference) == (D("98950"), D("98950"))
    desk.bars(a_bar("11:00", open="89.5", close="89.4"))
    assert desk.account.halt_reason is None
