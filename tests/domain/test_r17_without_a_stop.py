"""R17, R18: what a trade without a stop risks, and that it must say how much it is."""

from typing import Any

import pytest

from domain.orders.side import Side
from domain.refusals import ErrorCode
from domain.validation import Invalid
from tests.builders import FREE, D, TheDesk, a_bar, a_limit, a_signal, both_sides, holding, per_share

AT_RISK: dict[str, Any] = {"stop": None, "target": None}


def test_r17_without_a_stop_there_is_nothing_to_size_risk_percent_by() -> None:
    with pytest.raises(Invalid, match=r"^`risk_percent` needs a stop") as refused:
        a_signal(stop=None, risk="1")
    assert refused.value.field == "risk_percent"


@both_sides
@pytest.mark.parametrize(("quantity", "code"), [("20", None), ("21", ErrorCode.TRADE_RISK_EXCEEDED)])
def test_r18_without_a_stop_the_whole_amount_is_the_trades_risk(
    side: Side, quantity: str, code: ErrorCode | None
) -> None:
    """2 % of 100 000 are 2 000, which 20 shares are worth at 100; exactly at the limit is allowed."""
    desk = TheDesk(side, **FREE)
    assert desk.code(a_signal(market="100", quantity=quantity, **AT_RISK)) is code


def test_r18_the_whole_amount_is_that_of_the_slipped_price() -> None:
    desk = TheDesk(slippage=per_share("0.02"))
    refusal = desk.refuses(a_signal(market="100", quantity="20", **AT_RISK))
    assert (refusal.code, refusal.limit, refusal.actual) == (ErrorCode.TRADE_RISK_EXCEEDED, D("2"), D("2.0004"))


@both_sides
def test_r18_its_open_risk_is_what_is_left_of_the_entrys_amount(side: Side) -> None:
    desk = TheDesk(side, **FREE, max_trade_risk_percent=D("20"))
    desk.send(a_signal(market="100", stop=None, target="105", target2="110"))
    assert (desk.position().open_risk, desk.heat) == (D("10000"), D("10"))
    desk.bars(a_bar("10:00", high="105"))
    assert desk.position().open_risk == D("5000")


@both_sides
def test_r18_all_that_is_open_without_stops_counts_against_heat_and_campaign(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    for _ in range(2):
        assert desk.code(a_signal(market="100", quantity="20", campaign="autumn", **AT_RISK)) is None
    refusal = desk.refuses(a_signal(market="100", quantity="20", campaign="autumn", **AT_RISK))
    assert (refusal.code, refusal.actual) == (ErrorCode.CAMPAIGN_RISK_EXCEEDED, D("6"))
    for _ in range(3):
        assert desk.code(a_signal(market="100", quantity="20", **AT_RISK)) is None
    assert desk.code(a_signal(market="100", quantity="1", **AT_RISK)) is ErrorCode.PORTFOLIO_HEAT_EXCEEDED


@both_sides
def test_r18_one_that_waits_without_a_stop_reserves_its_whole_amount(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_limit("100", quantity="20", **AT_RISK))
    assert (desk.signal().reserved_risk, desk.heat) == (D("2000"), D("2"))
    desk.cancel()
    assert desk.heat == D("0")


@both_sides
def test_r18_limits_of_fifty_times_the_equity_let_all_that_leverage_buys_be_at_risk(side: Side) -> None:
    most: dict[str, Any] = {name: D("5000") for name in ("max_trade_risk_percent", "max_heat_percent")}
    desk = TheDesk(side, **FREE, leverage=D("50"), **most)
    assert desk.code(a_signal(market="100", quantity="50000", **AT_RISK)) is None
    assert desk.heat == D("5000")


@both_sides
def test_r18_break_even_takes_the_risk_away_where_there_was_no_stop(side: Side) -> None:
    desk = holding(side, desk=TheDesk(side, **FREE, max_trade_risk_percent=D("20")), stop=None, break_even=True)
    desk.bars(a_bar("10:00", high="105"))
    assert (desk.stop(), desk.heat) == ("100", D("0"))
