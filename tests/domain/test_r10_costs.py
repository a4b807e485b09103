"""R10 slippage, R11 commission, R12 neither."""

from typing import Any

import pytest

from domain.instruments import AssetClass
from domain.orders.costs import BasisPointsCommission, Commission, VolumeShareSlippage
from domain.orders.side import Side
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
    commission,
    per_order,
    per_share,
    percent,
)

FREE_ORDERS = per_order("0")
VOLUME_SHARE = VolumeShareSlippage()


def test_r10_a_market_of_100_with_0_02_percent_slippage_fills_at_100_02() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100"))
    assert (desk.fill().price, desk.fill().raw_price, desk.fill().slippage) == (D("100.02"), D("100"), D("2.00"))


def test_r10_a_short_is_sold_lower() -> None:
    desk = TheDesk()
    desk.send(a_signal(side=Side.SHORT, market="100", stop="105", target="90"))
    assert (desk.fill().price, desk.fill().slippage) == (D("99.98"), D("2.00"))


def test_r11_100_shares_cost_half_a_dollar_of_commission() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100", quantity="100"))
    assert desk.fill().commission == D("0.50")


@both_sides
def test_r10_a_round_trip_of_five_dollars_a_share_less_its_costs_earns_498_50(side: Side) -> None:
    """Entry raw 100, exit raw 105, 100 shares; 1.00 of commission and 0.50 of slippage in all."""
    desk = TheDesk(side, slippage=per_share("0.0025"))
    desk.send(a_signal(market="100", target="110", quantity="100"))
    desk.bars(a_bar("10:00", open="105"))
    desk.close()
    trade = desk.trade()
    assert (trade.commission, trade.slippage, trade.realized_pnl) == (D("1.00"), D("0.50"), D("498.50"))
    assert desk.equity == D("100498.50")


@both_sides
def test_r10_a_round_trip_to_the_target_pays_its_slippage_once_and_earns_498_50_too(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.005"))
    desk.send(a_signal(market="100", target="105", quantity="100"))
    desk.bars(a_bar("10:00", high="105"))
    trade = desk.trade()
    assert desk.exits() == ["TARGET_1 100 @ 105"]
    assert (trade.commission, trade.slippage, trade.realized_pnl) == (D("1.00"), D("0.50"), D("498.50"))


@both_sides
def test_r10_market_fills_and_stops_pay_slippage(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"), commission=FREE_ORDERS)
    desk.quote("09:30", "100")
    desk.send(a_signal(stop="95", quantity="10"))
    desk.send(a_next_open(stop="95", quantity="10"))
    desk.send(a_stop_entry("101", stop="95", quantity="10"))
    desk.send(a_signal(stop="90", quantity="10", expires="2024-03-04 11:00"))
    desk.bars(a_bar("10:00", high="102"), a_bar("10:30", low="94"), a_bar("11:00", open="94"))
    assert [desk.entry(number) for number in (1, 2, 3)] == [
        "ENTRY 10 @ 100.02",
        "ENTRY 10 @ 100.02",
        "ENTRY 10 @ 101.02",
    ]
    assert [desk.exits(number) for number in (1, 2, 3)] == [["STOP_LOSS 10 @ 94.98"]] * 3
    assert desk.exits(4) == ["EXPIRED 10 @ 93.98"]


@both_sides
def test_r10_targets_and_limit_entries_pay_none(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"), commission=FREE_ORDERS)
    desk.send(a_limit("98", target="105"))
    desk.bars(a_bar("10:00", low="97"), a_bar("10:30", high="106"))
    assert desk.entry() == "ENTRY 100 @ 98"
    assert desk.exits() == ["TARGET_1 100 @ 105"]
    assert desk.trade().slippage == D("0")


@pytest.mark.parametrize(
    ("quantity", "per_unit"),
    [("100", "0.001"), ("250", "0.00625"), ("500", "0.00625")],
    ids=["one percent of the volume", "the limit", "beyond the limit"],
)
def test_r10_volume_share_is_measured_on_the_volume_of_the_filling_bar(quantity: str, per_unit: str) -> None:
    desk = TheDesk(slippage=VOLUME_SHARE)
    desk.bars(a_bar("09:30", volume="1"))
    desk.send(a_next_open(stop="99", quantity=quantity, timestamp="10:00"))
    desk.bars(a_bar("10:00", volume="10000"))
    assert desk.fill().price == D("100") + D(per_unit)


def test_r10_a_market_fill_is_measured_on_the_volume_of_the_last_bar() -> None:
    desk = TheDesk(slippage=VOLUME_SHARE)
    desk.bars(a_bar("09:30", volume="5000"))
    desk.quote("10:01", "100")
    desk.send(a_signal(timestamp="10:02"))
    assert desk.fill().price == D("100.004")


def test_r10_a_filling_bar_without_volume_takes_the_last_bars() -> None:
    desk = TheDesk(slippage=VOLUME_SHARE)
    desk.bars(a_bar("09:30", volume="10000"))
    desk.send(a_next_open(timestamp="10:00"))
    desk.bars(a_bar("10:00"))
    assert desk.fill().price == D("100.001")


@pytest.mark.parametrize("volumes", [[], [None], ["0"], ["10000", None]], ids=str)
def test_r10_without_volume_the_share_is_taken_to_be_the_limit(volumes: list[str | None]) -> None:
    desk = TheDesk(slippage=VOLUME_SHARE)
    desk.bars(*(a_bar(f"{9 + hour:02}:30", volume=volume) for hour, volume in enumerate(volumes)))
    desk.send(a_signal(market="100", timestamp="12:00"))
    assert desk.fill().price == D("100.00625")


def test_r10_forex_without_volume_does_not_slip_and_with_volume_does() -> None:
    desk = TheDesk(slippage=VOLUME_SHARE)
    pair: dict[str, Any] = {
        "symbol": "EURUSD",
        "asset_class": AssetClass.FOREX,
        "stop": "1.09",
        "target": "1.2",
        "quantity": "1000",
    }
    desk.send(a_signal(market="1.1", **pair))
    assert desk.fill(1).price == D("1.1")
    desk.bars(a_bar("10:00", symbol="EURUSD", open="1.1", volume="100000"))
    desk.send(a_signal(timestamp="10:30", **pair))
    assert desk.fill(2).price == D("1.100011")


@pytest.mark.parametrize(
    ("side", "stop", "target", "price"),
    [(Side.LONG, "95", "110", "94.99905"), (Side.SHORT, "105", "90", "105.00105")],
    ids=lambda value: getattr(value, "value", value),
)
def test_r10_a_stop_slips_by_its_own_price(side: Side, stop: str, target: str, price: str) -> None:
    desk = TheDesk(slippage=VOLUME_SHARE)
    desk.send(a_signal(side=side, market="100", stop=stop, target=target))
    desk.bars(a_bar("10:00", high="106", low="94", volume="10000"))
    assert desk.exit().price == D(price)


def test_r10_reported_slippage_is_the_difference_of_the_rounded_amounts() -> None:
    desk = TheDesk()
    desk.send(a_signal(asset_class=AssetClass.CRYPTO, market="100", quantity="0.33333333"))
    fill = desk.fill()
    assert fill.amount == D("33.33999967")  # 0.33333333 × 100.02 = 33.3399996666
    assert fill.slippage == D("0.00666667")  # less 33.333333


def test_r10_a_sale_never_fills_below_the_smallest_price() -> None:
    desk = TheDesk(slippage=percent("50"), commission=FREE_ORDERS)
    desk.send(
        a_signal(
            asset_class=AssetClass.CRYPTO,
            market="0.00000003",
            stop="0.00000001",
            target="0.0000001",
            quantity="1000000",
        )
    )
    desk.bars(a_bar("10:00", open="0.00000001"))
    assert desk.fill().price == D("0.00000004")  # 4.5 units, half-even
    assert desk.exit().price == D("0.00000001")  # half a unit would round to nothing


@pytest.mark.parametrize(
    ("model", "quantity", "price", "charged"),
    [
        (commission("0.005"), "100", "100", "0.50"),
        (commission("0.005", minimum="1"), "100", "100", "1.00"),
        (commission("0.005", minimum="1"), "1000", "10", "5.00"),
        (commission("0.005", maximum_percent="1"), "1000", "0.1", "1.00"),
        (commission("0.005", minimum="1", maximum_percent="1"), "10", "1", "0.10"),
        (BasisPointsCommission(D("5")), "100", "100", "5.00"),
        (BasisPointsCommission(D("0.33")), "1", "0.12345678", "0.00000407"),
        (per_order("7"), "100", "100", "7.00"),
        (per_order("0"), "100", "100", "0.00"),
    ],
    ids=["rate", "minimum", "above minimum", "cap", "the cap beats the minimum", "bps", "rounded", "order", "none"],
)
def test_r11_commission_is_charged_by_its_model(model: Commission, quantity: str, price: str, charged: str) -> None:
    desk = TheDesk(slippage=percent("0"), commission=model)
    stop, target = D(price) * D("0.99"), D(price) * 2
    desk.send(a_signal(market=price, quantity=quantity, stop=f"{stop:.8f}", target=str(target)))
    assert desk.fill().commission == D(charged)
    assert desk.totals.commission == D(charged)


@both_sides
def test_r11_every_fill_is_charged(side: Side) -> None:
    desk = TheDesk(side, slippage=percent("0"), commission=per_order("7"))
    desk.send(a_signal(market="100", target="105", target2="110"))
    desk.bars(a_bar("10:00", high="110"))
    assert [fill.commission for fill in desk.position().fills] == [D("7"), D("7"), D("7")]
    assert desk.trade().commission == D("21")


def test_r11_the_cap_is_measured_on_the_slipped_amount() -> None:
    desk = TheDesk(slippage=per_share("1"), commission=commission("5", maximum_percent="1"))
    desk.send(a_signal(market="100", quantity="10"))
    assert desk.fill().commission == D("10.10")


@both_sides
def test_r12_without_realistic_fills_there_is_neither_slippage_nor_commission(side: Side) -> None:
    desk = TheDesk(side, **FREE, slippage=percent("5"), commission=per_order("100"))
    desk.send(a_signal(market="100"))
    desk.bars(a_bar("10:00", low="95"))
    assert (desk.entry(), desk.exits()) == ("ENTRY 100 @ 100", ["STOP_LOSS 100 @ 95"])
    assert (desk.totals.slippage, desk.totals.commission, desk.cash) == (D("0"), D("0"), D("99500"))


@both_sides
def test_r12_the_costs_are_those_in_force_at_the_fill(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100"))
    desk.change(use_realistic_fills=True, slippage=per_share("0.02"), commission=per_order("7"))
    desk.bars(a_bar("10:00", low="95"))
    assert (desk.entry(), desk.exits()) == ("ENTRY 100 @ 100", ["STOP_LOSS 100 @ 94.98"])
    assert desk.totals.commission == D("7")
