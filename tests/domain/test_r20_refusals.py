"""R20: refusals are answers; the order of the checks; the preview."""

from typing import Any

from domain.engine.events import SignalEvent
from domain.orders.side import Pattern, Side
from domain.refusals import ErrorCode
from tests.builders import FREE, D, TheDesk, a_limit, a_next_open, a_signal, both_sides, percent

PRICELESS: dict[str, Any] = {"quantity": None, "risk": "0.0001"}


def test_r20_a_refusal_carries_a_code_a_sentence_and_the_figures() -> None:
    desk = TheDesk(**FREE)
    refusal = desk.refuses(a_signal(market="100", stop="95", quantity="401"))
    assert refusal.code is ErrorCode.TRADE_RISK_EXCEEDED
    assert refusal.message == "the trade would risk 2.005 % of equity; the limit is 2 % (R18)"
    assert (refusal.limit, refusal.actual) == (D("2"), D("2.005"))


def test_r20_a_refusal_is_stored_as_the_signals_outcome_and_journaled() -> None:
    desk = TheDesk(**FREE)
    result = desk.send(a_signal(market="94"))
    signal = desk.signal_of(result)
    assert signal.status.value == "REJECTED"
    assert signal.refusal == result.refusal
    assert desk.events[-1] == SignalEvent(signal, signal.timestamp)


@both_sides
def test_r20_the_id_comes_before_the_account(side: Side) -> None:
    desk = TheDesk(side)
    desk.send(a_signal(market="100"), 1)
    desk.disable()
    assert desk.code(a_signal(market="99"), 1) is ErrorCode.IDEMPOTENCY_CONFLICT
    assert desk.code(a_signal(market="99"), 2) is ErrorCode.ACCOUNT_DISABLED


def test_r20_the_account_comes_before_the_side() -> None:
    contradictory = a_signal(side=Side.SHORT, pattern=Pattern.SPRING)
    desk = TheDesk(**FREE, max_daily_loss_percent=D("0.01"))
    desk.send(a_signal(market="100"))
    desk.quote("10:00", "99")
    assert desk.code(contradictory) is ErrorCode.ACCOUNT_HALTED
    desk.disable()
    assert desk.code(contradictory) is ErrorCode.ACCOUNT_DISABLED


def test_r20_the_side_comes_before_the_levels() -> None:
    desk = TheDesk()
    assert desk.code(a_signal(side=Side.SHORT, pattern=Pattern.SPRING)) is ErrorCode.CONTRADICTORY_SIDE


@both_sides
def test_r20_the_levels_come_before_the_price(side: Side) -> None:
    desk = TheDesk(side)
    assert desk.code(a_signal(stop="111")) is ErrorCode.INVALID_LEVELS
    assert desk.code(a_signal()) is ErrorCode.NO_MARKET_PRICE


@both_sides
def test_r20_the_age_of_the_price_comes_before_the_price_itself(side: Side) -> None:
    desk = TheDesk(side, max_price_age_seconds=60)
    desk.quote("09:00", "94")
    assert desk.code(a_signal(**PRICELESS)) is ErrorCode.STALE_MARKET_PRICE
    desk.change(max_price_age_seconds=None)
    assert desk.code(a_signal(**PRICELESS)) is ErrorCode.STOP_ALREADY_BREACHED


@both_sides
def test_r20_the_price_comes_before_the_size(side: Side) -> None:
    desk = TheDesk(side)
    assert desk.code(a_signal(market="110", **PRICELESS)) is ErrorCode.TARGET_ALREADY_REACHED
    assert desk.code(a_signal(market="100", **PRICELESS)) is ErrorCode.QUANTITY_TOO_SMALL


@both_sides
def test_r20_trade_then_campaign_then_heat_then_buying_power(side: Side) -> None:
    desk = TheDesk(side, **FREE, max_heat_percent=D("5"), leverage=D("1.2"))
    desk.send(a_signal(market="100", stop="95", quantity="400", campaign="C"))
    desk.send(a_signal(market="100", stop="95", quantity="400", campaign="C"))
    over: dict[str, Any] = {"market": "100", "stop": "95"}
    assert desk.code(a_signal(quantity="401", campaign="C", **over)) is ErrorCode.TRADE_RISK_EXCEEDED
    assert desk.code(a_signal(quantity="400", campaign="C", **over)) is ErrorCode.CAMPAIGN_RISK_EXCEEDED
    assert desk.code(a_signal(quantity="400", campaign="D", **over)) is ErrorCode.PORTFOLIO_HEAT_EXCEEDED
    desk.change(max_heat_percent=D("10"))
    assert desk.code(a_signal(quantity="401", campaign="D", **over)) is ErrorCode.TRADE_RISK_EXCEEDED
    assert desk.code(a_signal(quantity="400.0", campaign="D", **over)) is None
    assert desk.code(a_signal(quantity="1", campaign="D", **over)) is ErrorCode.INSUFFICIENT_BUYING_POWER


@both_sides
def test_r20_the_size_comes_before_the_buying_power(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100", stop="99", quantity="1000"))
    assert desk.buying_power == D("0")
    assert desk.code(a_signal(market="100", **PRICELESS)) is ErrorCode.QUANTITY_TOO_SMALL


def test_r20_a_preview_gives_the_decision_and_the_figures() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100", stop="95", quantity="100", campaign="C"))
    before = (desk.account, len(desk.facts))
    seen = desk.preview(a_signal(market="100", stop="95", quantity="100", campaign="C"))
    assert (desk.account, len(desk.facts)) == before
    assert (seen.refusal, seen.side, seen.quantity) == (None, Side.LONG, D("100"))
    assert seen.execution is not None
    assert (seen.execution.price, seen.execution.commission) == (D("100.02"), D("0.5"))
    # Equity is 99 997.50, buying power 10 000 less; each of the two risks 502.
    assert seen.trade_risk_percent is not None
    assert seen.trade_risk_percent * D("99997.5") == D("50200")
    assert seen.campaign_risk_percent == seen.heat_percent
    assert seen.heat_percent is not None
    assert seen.heat_percent * D("99997.5") == D("100400")
    assert seen.buying_power == D("89997.5")


@both_sides
def test_r20_a_preview_and_the_signal_come_to_the_same_fill(side: Side) -> None:
    desk = TheDesk(side)
    request = a_signal(market="100", stop="95", risk="1")
    seen = desk.preview(request)
    desk.send(request)
    assert seen.execution is not None
    assert (seen.execution.price, seen.quantity) == (desk.fill().price, desk.fill().quantity)


@both_sides
def test_r20_a_preview_and_the_signal_come_to_the_same_refusal(side: Side) -> None:
    desk = TheDesk(side)
    for request in (
        a_signal(),
        a_signal(market="95"),
        a_signal(market="100", quantity="5000"),
        a_signal(market="100", stop="99.9", quantity="5000"),
        a_next_open(),
        a_limit("94"),
        a_signal(market="100", timestamp="2025-01-01 00:00"),
    ):
        seen = desk.preview(request)
        assert seen.refusal is not None
        assert desk.refuses(request) == seen.refusal


def test_r20_a_refused_preview_shows_what_could_be_worked_out() -> None:
    desk = TheDesk(slippage=percent("0"))
    seen = desk.preview(a_signal(market="100", stop="95", quantity="500"))
    assert seen.refusal is not None
    assert (seen.trade_risk_percent, seen.heat_percent, seen.campaign_risk_percent) == (D("2.5"), D("2.5"), None)


def test_r20_a_preview_does_not_ask_whether_an_id_was_used_before() -> None:
    desk = TheDesk(**FREE)
    desk.send(a_signal(market="100"), 2)
    desk.send(a_signal(market="100"), 1)
    assert desk.preview(a_signal(market="101")).refusal is None


def test_r20_a_preview_of_an_unknown_account_says_so() -> None:
    desk = TheDesk(enabled=False)
    seen = desk.preview(a_signal(market="100"))
    assert seen.refusal is not None
    assert seen.refusal.code is ErrorCode.ACCOUNT_NOT_FOUND
