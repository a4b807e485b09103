"""R17 size, R18 risk, R19 buying power."""

from typing import Any

import pytest

from domain.instruments import AssetClass
from domain.orders.costs import VolumeShareSlippage
from domain.orders.side import Side
from domain.refusals import ErrorCode, Refusal
from domain.validation import Invalid
from tests.builders import (
    FREE,
    D,
    TheDesk,
    a_bar,
    a_limit,
    a_next_open,
    a_signal,
    a_stop_entry,
    both_sides,
    per_order,
    percent,
)


def figures(refusal: Refusal) -> tuple[ErrorCode, object, object]:
    return refusal.code, refusal.limit, refusal.actual


def free_desk(side: Side = Side.LONG, leverage: str = "1") -> TheDesk:
    return TheDesk(side, **FREE, leverage=D(leverage))


@both_sides
def test_r17_a_quantity_of_risk_percent_is_sized_on_the_slipped_price_and_taken_down_to_the_step(side: Side) -> None:
    """1 % of 100 000 is 1 000; at 5.02 a share that is 199.2 shares."""
    desk = TheDesk(side)
    desk.send(a_signal(market="100", stop="95", risk="1"))
    assert (desk.fill().quantity, desk.signal().quantity) == (D("199"), D("199"))


@both_sides
def test_r17_a_size_that_comes_out_even_is_taken_whole(side: Side) -> None:
    desk = free_desk(side)
    desk.send(a_signal(market="100", stop="95", risk="1"))
    assert desk.fill().quantity == D("200")


@both_sides
def test_r17_coins_are_sized_to_the_eighth_place(side: Side) -> None:
    desk = TheDesk(side)
    desk.send(a_signal(asset_class=AssetClass.CRYPTO, market="100", stop="95", risk="1"))
    assert desk.fill().quantity == D("199.20318725")  # 1 000 / 5.02 = 199.203187250…


def test_r17_forex_is_sized_in_whole_units() -> None:
    desk = free_desk()
    desk.send(
        a_signal(symbol="EURUSD", asset_class=AssetClass.FOREX, market="1.1", stop="1.07", target="1.2", risk="1")
    )
    assert desk.fill().quantity == D("33333")  # 1 000 / 0.03


@both_sides
def test_r17_equity_is_what_the_account_is_worth_now(side: Side) -> None:
    desk = free_desk(side)
    desk.send(a_signal(market="100", stop="90", target="150"))
    desk.bars(a_bar("10:00", close="120"))
    desk.send(a_signal(timestamp="10:30", stop="115", target="150", risk="1"))
    assert desk.fill(2).quantity == D("204")  # 1 % of 102 000 at 5 a share


@both_sides
def test_r17_where_slippage_grows_with_the_size_it_is_the_largest_that_fits(side: Side) -> None:
    """The price moves by 100 x 0.5 x (q / 10 000)^2, so q shares risk q + 0.0000005 q^3: 998.2665 for 770, and
    1 000.157 for 771."""
    model = VolumeShareSlippage(volume_limit=D("1"), price_impact=D("0.5"))
    desk = TheDesk(side, slippage=model)
    desk.bars(a_bar("09:30", volume="10000"))
    desk.send(a_signal(timestamp="10:00", stop="99", risk="1"))
    assert desk.entry() == "ENTRY 770 @ 100.29645"


@both_sides
def test_r17_a_risk_that_pays_for_no_whole_step_is_too_small(side: Side) -> None:
    desk = free_desk(side)
    refusal = desk.refuses(a_signal(market="100", stop="95", risk="0.00499999"))
    assert figures(refusal) == (ErrorCode.QUANTITY_TOO_SMALL, D("1"), D("0"))
    desk.send(a_signal(market="100", stop="95", risk="0.005"))
    assert desk.fill(2).quantity == D("1")


@both_sides
def test_r17_a_waiting_signal_is_sized_again_at_its_fill(side: Side) -> None:
    desk = free_desk(side)
    desk.send(a_stop_entry("100", stop="95", risk="1"))
    assert desk.signal().quantity == D("200")
    desk.bars(a_bar("10:00", open="101"))
    assert (desk.fill().quantity, desk.signal().quantity) == (D("166"), D("166"))  # 1 000 / 6


@both_sides
def test_r17_a_waiting_signal_never_grows(side: Side) -> None:
    desk = free_desk(side)
    desk.send(a_limit("100", stop="95", risk="1"))
    desk.bars(a_bar("10:00", open="98"))
    assert desk.fill().quantity == D("200")  # though 1 000 / 3 would be 333


@both_sides
def test_r17_a_waiting_signal_that_no_longer_pays_for_a_step_is_rejected(side: Side) -> None:
    desk = free_desk(side)
    desk.send(a_stop_entry("100", stop="95", risk="0.005"))
    desk.bars(a_bar("10:00", open="101"))
    refusal = desk.signal().refusal
    assert refusal is not None
    assert refusal.code is ErrorCode.QUANTITY_TOO_SMALL


@pytest.mark.parametrize(
    ("size", "field"),
    [
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-1"}, "quantity"),
        ({"quantity": "1.5"}, "quantity"),
        ({"quantity": "0.000000001", "asset_class": AssetClass.CRYPTO}, "quantity"),
        ({"quantity": "1.5", "asset_class": AssetClass.FOREX, "symbol": "EURUSD"}, "quantity"),
        ({"quantity": None}, "quantity"),
        ({"risk": "0"}, "risk_percent"),
        ({"risk": "101"}, "risk_percent"),
    ],
    ids=str,
)
def test_r17_an_invalid_size_is_refused(size: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as problem:
        a_signal(**size)
    assert problem.value.field == field


def test_r17_coins_are_traded_to_the_eighth_place() -> None:
    desk = free_desk()
    desk.send(a_signal(asset_class=AssetClass.CRYPTO, market="100", quantity="0.00000001"))
    assert desk.fill().quantity == D("0.00000001")


@both_sides
def test_r18_a_trade_may_risk_exactly_its_limit_and_not_one_step_more(side: Side) -> None:
    desk = free_desk(side)
    refusal = desk.refuses(a_signal(market="100", stop="95", quantity="401"))
    assert figures(refusal) == (ErrorCode.TRADE_RISK_EXCEEDED, D("2"), D("2.005"))
    assert desk.code(a_signal(market="100", stop="95", quantity="400")) is None


@both_sides
def test_r18_not_even_the_smallest_step_more(side: Side) -> None:
    desk = free_desk(side)
    coin: dict[str, Any] = {"asset_class": AssetClass.CRYPTO, "market": "100", "stop": "95"}
    assert desk.code(a_signal(quantity="400.00000001", **coin)) is ErrorCode.TRADE_RISK_EXCEEDED
    assert desk.code(a_signal(quantity="400", **coin)) is None


@both_sides
def test_r18_a_trades_risk_is_measured_from_the_slipped_price(side: Side) -> None:
    desk = TheDesk(side)
    refusal = desk.refuses(a_signal(market="100", stop="95", quantity="399"))
    assert figures(refusal) == (ErrorCode.TRADE_RISK_EXCEEDED, D("2"), D("2.00298"))  # 399 × 5.02
    assert desk.code(a_signal(market="100", stop="95", quantity="398")) is None


@both_sides
def test_r18_a_campaign_may_risk_exactly_its_limit(side: Side) -> None:
    desk = free_desk(side, leverage="10")
    desk.send(a_signal(market="100", stop="95", quantity="400", campaign="C1"))
    desk.send(a_limit("100", stop="95", quantity="400", campaign="C1"))
    assert desk.code(a_signal(market="100", stop="95", quantity="400", campaign="C2")) is None
    refusal = desk.refuses(a_signal(market="100", stop="95", quantity="201", campaign="C1"))
    assert figures(refusal) == (ErrorCode.CAMPAIGN_RISK_EXCEEDED, D("5"), D("5.005"))
    assert desk.code(a_signal(market="100", stop="95", quantity="200", campaign="C1")) is None


@both_sides
def test_r18_without_a_campaign_there_is_no_campaign_limit(side: Side) -> None:
    desk = free_desk(side, leverage="10")
    for _ in range(3):
        assert desk.code(a_signal(market="100", stop="95", quantity="400")) is None
    assert desk.heat == D("6")


@both_sides
def test_r18_heat_counts_all_that_is_open_or_waits_and_may_reach_its_limit(side: Side) -> None:
    desk = free_desk(side, leverage="10")
    for _ in range(3):
        desk.send(a_signal(market="100", stop="95", quantity="400"))
    desk.send(a_limit("100", stop="95", quantity="400", symbol="MSFT"))
    desk.send(a_signal(market="100", stop="95", quantity="1"))
    refusal = desk.refuses(a_signal(market="100", stop="95", quantity="400"))
    assert figures(refusal) == (ErrorCode.PORTFOLIO_HEAT_EXCEEDED, D("10"), D("10.005"))
    assert desk.code(a_signal(market="100", stop="95", quantity="399")) is None
    assert desk.heat == D("10")


@both_sides
def test_r18_a_position_whose_stop_has_passed_its_entry_risks_nothing(side: Side) -> None:
    desk = free_desk(side)
    desk.send(a_signal(market="100", stop="95", target="150", trailing=("103", "4"), quantity="400"))
    assert (desk.heat, desk.position().open_risk) == (D("2"), D("2000"))
    desk.bars(a_bar("10:00", high="103"))
    assert (desk.stop(), desk.position().open_risk, desk.heat) == ("99", D("400"), D("0.4"))
    desk.bars(a_bar("10:30", high="106"))
    assert (desk.stop(), desk.position().open_risk, desk.heat) == ("102", D("0"), D("0"))


@both_sides
def test_r18_what_has_left_a_position_risks_nothing(side: Side) -> None:
    desk = free_desk(side)
    desk.send(a_signal(market="100", stop="90", target="105", target2="110", quantity="200"))
    desk.bars(a_bar("10:00", high="105", close="95"))
    assert (desk.position().open_risk, desk.equity, desk.heat) == (D("1000"), D("100000"), D("1"))


@both_sides
def test_r18_percents_are_of_the_equity_before_the_trade(side: Side) -> None:
    desk = free_desk(side)
    desk.send(a_signal(market="100", stop="90", target="150"))
    desk.bars(a_bar("10:00", close="105"))
    over = a_signal(timestamp="10:30", stop="100", target="150", quantity="403")
    assert desk.code(over) is ErrorCode.TRADE_RISK_EXCEEDED
    assert desk.code(a_signal(timestamp="10:30", stop="100", target="150", quantity="402")) is None  # 2 % of 100 500


@both_sides
def test_r18_the_limits_are_settings(side: Side) -> None:
    limits = {"max_trade_risk_percent": D(1), "max_campaign_risk_percent": D("1.5"), "max_heat_percent": D(2)}
    desk = TheDesk(side, **FREE | limits)
    trade = desk.refuses(a_signal(market="100", stop="95", quantity="201"))
    assert figures(trade) == (ErrorCode.TRADE_RISK_EXCEEDED, D("1"), D("1.005"))
    desk.send(a_signal(market="100", stop="95", quantity="200", campaign="C"))
    campaign = desk.refuses(a_signal(market="100", stop="95", quantity="101", campaign="C"))
    assert figures(campaign) == (ErrorCode.CAMPAIGN_RISK_EXCEEDED, D("1.5"), D("1.505"))
    desk.send(a_signal(market="100", stop="95", quantity="100", campaign="C"))
    heat = desk.refuses(a_signal(market="100", stop="95", quantity="101"))
    assert figures(heat) == (ErrorCode.PORTFOLIO_HEAT_EXCEEDED, D("2"), D("2.005"))


@both_sides
def test_r18_a_risk_percent_above_the_limit_is_refused_and_not_trimmed(side: Side) -> None:
    desk = free_desk(side)
    refusal = desk.refuses(a_signal(market="100", stop="95", risk="2.5"))
    assert figures(refusal) == (ErrorCode.TRADE_RISK_EXCEEDED, D("2"), D("2.5"))


@both_sides
def test_r19_amount_and_commission_must_fit_the_buying_power(side: Side) -> None:
    desk = TheDesk(side, slippage=percent("0"), commission=per_order("10"))
    refusal = desk.refuses(a_signal(market="100", stop="99", quantity="1000"))
    assert figures(refusal) == (ErrorCode.INSUFFICIENT_BUYING_POWER, D("100000"), D("100010"))
    assert desk.code(a_signal(market="100", stop="99", quantity="999")) is None


@both_sides
def test_r19_buying_power_may_be_spent_to_the_last_cent(side: Side) -> None:
    desk = free_desk(side)
    refusal = desk.refuses(a_signal(market="100", stop="99", quantity="1001"))
    assert figures(refusal) == (ErrorCode.INSUFFICIENT_BUYING_POWER, D("100000"), D("100100"))
    assert desk.code(a_signal(market="100", stop="99", quantity="1000")) is None
    assert desk.buying_power == D("0")


@both_sides
def test_r19_a_shorts_proceeds_are_cash_and_not_buying_power(side: Side) -> None:
    desk = free_desk(side)
    desk.send(a_signal(market="100", stop="99", quantity="600"))
    assert desk.cash == (D("40000") if side is Side.LONG else D("160000"))
    assert desk.buying_power == D("40000")
    assert desk.code(a_signal(market="100", stop="99", quantity="401")) is ErrorCode.INSUFFICIENT_BUYING_POWER
    assert desk.code(a_signal(market="100", stop="99", quantity="400")) is None


@both_sides
def test_r19_leverage_multiplies_equity(side: Side) -> None:
    desk = free_desk(side, leverage="2.5")
    assert desk.code(a_signal(market="100", stop="99.5", quantity="2501")) is ErrorCode.INSUFFICIENT_BUYING_POWER
    assert desk.code(a_signal(market="100", stop="99.5", quantity="2500")) is None


@pytest.mark.parametrize(
    ("side", "power"), [(Side.LONG, "50000"), (Side.SHORT, "60000")], ids=lambda value: getattr(value, "value", value)
)
def test_r19_open_positions_count_at_their_last_price(side: Side, power: str) -> None:
    """A gain of 5 000: 105 000 less 55 000 for a long at 110, and less 45 000 for a short at 90."""
    desk = free_desk(side)
    desk.send(a_signal(market="100", stop="99", target="150", quantity="500"))
    desk.bars(a_bar("10:00", close="110"))
    assert (desk.equity, desk.buying_power) == (D("105000"), D(power))


def test_r19_longs_and_shorts_do_not_net() -> None:
    desk = free_desk()
    desk.send(a_signal(market="100", stop="99", quantity="500"))
    desk.send(a_signal(side=Side.SHORT, market="100", stop="101", target="90", quantity="500"))
    assert (desk.cash, desk.buying_power) == (D("100000"), D("0"))


def test_r19_what_waits_has_its_buying_power_reserved() -> None:
    desk = free_desk()
    desk.quote("09:00", "100")
    desk.send(a_next_open(stop="99", quantity="900"))
    refusal = desk.refuses(a_signal(stop="99", quantity="101"))
    assert figures(refusal) == (ErrorCode.INSUFFICIENT_BUYING_POWER, D("10000"), D("10100"))
    assert desk.code(a_signal(stop="99", quantity="100")) is None
