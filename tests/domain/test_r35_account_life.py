"""R35: enable, disable, reset and settings."""

from typing import Any

import pytest

from domain.orders.costs import PercentSlippage, PerShareCommission
from domain.orders.side import Side
from domain.portfolio.settings import IntrabarPolicy, LimitFill, Settings
from domain.refusals import ErrorCode
from tests.builders import FREE, WALL, D, TheDesk, a_bar, a_limit, a_quote, a_signal, both_sides


def test_r35_every_setting_has_its_default() -> None:
    assert Settings() == Settings(
        starting_capital=D("100000"),
        use_realistic_fills=True,
        slippage=PercentSlippage(D("0.02")),
        commission=PerShareCommission(D("0.005"), None, None),
        leverage=D("1"),
        max_trade_risk_percent=D("2"),
        max_campaign_risk_percent=D("5"),
        max_heat_percent=D("10"),
        max_price_age_seconds=86_400,
        scale_out_percent=D("50"),
        break_even_after_target1=False,
        intrabar=IntrabarPolicy.PESSIMISTIC,
        limit_fill=LimitFill.TOUCH,
        max_holding_days=None,
        max_daily_loss_percent=None,
        max_drawdown_percent=None,
        periods_per_year=None,
        timezone="UTC",
    )


def test_r35_enable_creates_the_account_and_its_first_session() -> None:
    desk = TheDesk(starting_capital=D("50000"))
    account = desk.account
    assert (account.name, account.enabled, account.halt_reason) == ("default", True, None)
    assert (account.session.number, account.session.starting_capital) == (1, D("50000"))
    assert (account.session.started_at, account.session.ended_at) == (WALL, None)
    assert desk.cash == desk.equity == D("50000")


def test_r35_enabled_already_it_is_returned_unchanged() -> None:
    desk = TheDesk(starting_capital=D("50000"))
    before = (desk.account, len(desk.facts))
    assert desk.enable().refusal is None
    assert desk.enable(starting_capital=D("50000.00"), leverage=D("1"), max_holding_days=None).refusal is None
    assert (desk.account, len(desk.facts)) == before


def test_r35_enabled_already_with_settings_that_differ_is_refused() -> None:
    desk = TheDesk()
    refusal = desk.refusal_of(desk.enable(leverage=D("2")))
    assert (refusal.code, refusal.field) == (ErrorCode.ALREADY_ENABLED, "settings")


@both_sides
def test_r35_disable_closes_and_cancels_and_refuses_and_keeps_history(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100"))
    desk.send(a_limit("98", symbol="MSFT"))
    desk.quote("10:00", "101")
    result = desk.disable()
    assert [trade.realized_pnl for trade in result.trades] == [D("100")]
    assert (desk.account.enabled, desk.open, desk.working) == (False, [], [])
    assert (desk.status(2), desk.totals.trades, desk.equity) == ("CANCELLED", 1, D("100100"))
    assert desk.code(a_signal(market="100")) is ErrorCode.ACCOUNT_DISABLED


def test_r35_enable_turns_a_disabled_account_on_again_in_the_same_session() -> None:
    desk = TheDesk(**FREE)
    desk.send(a_signal(market="100", target="105"))
    desk.quote("10:00", "105")
    desk.disable()
    desk.enable(leverage=D("2"), starting_capital=D("70000"))
    assert (desk.account.enabled, desk.account.session.number, desk.totals.trades) == (True, 1, 1)
    assert (desk.account.settings.leverage, desk.account.settings.starting_capital) == (D("2"), D("70000"))
    # The new starting capital waits for the next reset.
    assert (desk.account.session.starting_capital, desk.equity) == (D("100000"), D("100500"))


def test_r35_disabling_twice_is_harmless() -> None:
    desk = TheDesk()
    desk.disable()
    before = (desk.account, len(desk.facts))
    assert desk.disable().refusal is None
    assert (desk.account, len(desk.facts)) == before


@both_sides
def test_r35_reset_closes_and_cancels_and_starts_the_next_session_with_fresh_capital(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100"))
    desk.send(a_limit("98", symbol="MSFT"))
    desk.quote("10:00", "101")
    result = desk.reset(starting_capital=D("50000"))
    assert (result.ended_session, [trade.session for trade in result.trades]) == (1, [1])
    assert (desk.account.session.number, desk.account.session.starting_capital) == (2, D("50000"))
    assert (desk.cash, desk.equity, desk.open, desk.working) == (D("50000"), D("50000"), [], [])
    assert (desk.totals.trades, desk.totals.realized_pnl) == (0, D("0"))
    assert (desk.watermarks.running_peak, desk.watermarks.max_drawdown) == (D("50000"), D("0"))
    assert desk.status(2) == "CANCELLED"


def test_r35_reset_of_a_session_that_has_ended_answers_the_same_and_does_nothing() -> None:
    desk = TheDesk()
    assert desk.reset(session=1).ended_session == 1
    before = (desk.account, len(desk.facts))
    assert desk.reset(session=1).ended_session == 1
    assert (desk.account, len(desk.facts)) == before
    assert desk.reset(session=2).ended_session == 2
    assert desk.account.session.number == 3


@pytest.mark.parametrize("session", [0, 2])
def test_r35_reset_of_a_session_that_never_was_is_invalid(session: int) -> None:
    desk = TheDesk()
    refusal = desk.refusal_of(desk.reset(session=session))
    assert (refusal.code, refusal.field) == (ErrorCode.INVALID_INPUT, "session")


def test_r35_reset_leaves_a_disabled_account_disabled() -> None:
    desk = TheDesk()
    desk.disable()
    desk.reset()
    assert (desk.account.enabled, desk.account.session.number) == (False, 2)


def test_r35_changed_settings_hold_from_here_on() -> None:
    desk = TheDesk()
    desk.change(max_trade_risk_percent=D("1"), starting_capital=D("5000"))
    assert desk.account.settings.max_trade_risk_percent == D("1")
    assert (desk.equity, desk.account.session.starting_capital) == (D("100000"), D("100000"))
    assert desk.code(a_signal(market="100", quantity="300")) is ErrorCode.TRADE_RISK_EXCEEDED
    desk.change(max_trade_risk_percent=None)
    assert desk.account.settings.max_trade_risk_percent == D("2")
    assert desk.account.settings.starting_capital == D("5000")
    desk.reset()
    assert desk.equity == D("5000")


def test_r35_settings_that_change_nothing_are_not_journaled() -> None:
    desk = TheDesk()
    count = len(desk.facts)
    desk.change(leverage=D("1.00"))
    assert len(desk.facts) == count


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"starting_capital": D("999.99")}, "starting_capital"),
        ({"starting_capital": D("100000000.01")}, "starting_capital"),
        ({"max_trade_risk_percent": D("0")}, "max_trade_risk_percent"),
        ({"max_heat_percent": D("5000.1")}, "max_heat_percent"),
        ({"max_daily_loss_percent": D("-1")}, "max_daily_loss_percent"),
        ({"scale_out_percent": D("101")}, "scale_out_percent"),
        ({"max_price_age_seconds": -1}, "max_price_age_seconds"),
        ({"max_holding_days": 0}, "max_holding_days"),
        ({"periods_per_year": 0}, "periods_per_year"),
        ({"timezone": ""}, "timezone"),
        ({"timezone": "x" * 65}, "timezone"),
        ({"leverage": D("0")}, "leverage"),
    ],
    ids=str,
)
def test_r35_settings_out_of_range_are_invalid_everywhere(settings: dict[str, Any], field: str) -> None:
    new = TheDesk(enabled=False)
    refusal = new.refusal_of(new.enable(**settings))
    assert (refusal.code, refusal.field) == (ErrorCode.INVALID_INPUT, field)
    assert list(new.desk.accounts) == []
    desk = TheDesk()
    for command in (desk.enable, desk.change, desk.reset):
        refusal = desk.refusal_of(command(**settings))
        assert (refusal.code, refusal.field) == (ErrorCode.INVALID_INPUT, field)


def test_r35_bars_of_symbols_that_were_held_once_move_nothing_after_disable() -> None:
    desk = TheDesk(**FREE)
    desk.send(a_signal(market="100"))
    desk.disable()
    before = desk.account
    desk.bars(a_quote("10:00", "50"), a_bar("10:30", open="200"))
    assert desk.account == before
