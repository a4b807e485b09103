"""R28-R33: the ledger to the last digit. The builders' desk checks after every command that it balances."""

from typing import Any

import pytest

from domain.instruments import AssetClass
from domain.money import ratio
from domain.orders.side import Side
from tests.builders import FREE, D, TheDesk, a_bar, a_limit, a_signal, at, both_sides, per_order, per_share, percent
from tests.trades import a_trade


@pytest.mark.parametrize(
    ("side", "amount", "cash"),
    [(Side.LONG, "10002", "89997.50"), (Side.SHORT, "9998", "109997.50")],
    ids=lambda value: getattr(value, "value", value),
)
def test_r28_cash_changes_by_the_amount_and_the_commission(side: Side, amount: str, cash: str) -> None:
    desk = TheDesk(side)
    desk.send(a_signal(market="100"))
    assert (desk.fill().amount, desk.cash) == (D(amount), D(cash))


@pytest.mark.parametrize(
    ("side", "amount", "cash"),
    [(Side.LONG, "10498", "100495"), (Side.SHORT, "9502", "100495")],
    ids=lambda value: getattr(value, "value", value),
)
def test_r28_an_exit_pays_the_cash_back(side: Side, amount: str, cash: str) -> None:
    """Bought at 100.02 and sold at 104.98 less 1.00; sold short at 99.98 and bought back at 95.02 less 1.00."""
    desk = TheDesk(side, slippage=per_share("0.02"))
    desk.send(a_signal(market="100"))
    desk.bars(a_bar("10:00", open="105"))
    desk.close()
    assert (desk.exit().amount, desk.cash) == (D(amount), D(cash))


def test_r28_an_amount_is_rounded_half_even() -> None:
    desk = TheDesk(**FREE)
    coin: dict[str, Any] = {"asset_class": AssetClass.CRYPTO, "stop": "0.01", "target": "9"}
    desk.send(a_signal(market="0.5", quantity="0.00000001", **coin))  # 0.000000005
    desk.send(a_signal(market="0.5", quantity="0.00000003", **coin))  # 0.000000015
    assert (desk.fill(1).amount, desk.fill(2).amount) == (D("0"), D("0.00000002"))


@both_sides
def test_r29_opening_at_an_unchanged_price_costs_exactly_slippage_and_commission(side: Side) -> None:
    desk = TheDesk(side)
    desk.send(a_signal(market="100"))
    assert desk.equity == D("99997.50")
    assert desk.totals.slippage + desk.totals.commission == D("2.50")


@both_sides
def test_r29_equity_is_cash_and_what_the_positions_are_worth(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100", stop="90", target="150", quantity="100"))
    desk.send(a_signal(market="100", stop="90", target="150", quantity="50", symbol="MSFT"))
    desk.bars(a_bar("10:00", close="103.5"), a_bar("10:00", close="98", symbol="MSFT"))
    assert (desk.unrealized, desk.equity) == (D("250"), D("100250"))


@both_sides
def test_r30_an_exit_takes_its_share_of_the_entry_and_the_last_takes_what_is_left(side: Side) -> None:
    """7 bought at 100.1 for a commission of 1; 3 leave at 102, 4 at 103, for 1 each.

    3 of 7 take 0.42857143 of the entry's commission: 3 x 1.9 - 0.42857143 - 1 = 4.27142857.
    The rest take 0.57142857: 4 x 2.9 - 0.57142857 - 1 = 10.02857143. Together 14.3, which is 17.3 less 3.
    """
    desk = TheDesk(side, slippage=percent("0"), commission=per_order("1"))
    desk.send(a_signal(market="100.1", stop="99", target="102", target2="103", quantity="7"))
    desk.bars(a_bar("10:00", high="102", close="102"))
    assert desk.exit().realized_pnl == D("4.27142857")
    assert (desk.totals.realized_pnl, desk.unrealized, desk.earned) == (D("4.27142857"), D("7.6"), D("11.3"))
    assert desk.position().entry_commission_left == D("0.57142857")
    desk.bars(a_bar("10:30", open="102", high="103"))
    assert desk.exit().realized_pnl == D("10.02857143")
    assert (desk.totals.realized_pnl, desk.unrealized, desk.cash) == (D("14.3"), D("0"), D("100014.3"))


@both_sides
def test_r30_an_entry_amount_that_cannot_be_shared_evenly_is_shared_without_loss(side: Side) -> None:
    """0.00000003 coins at 100.3 are worth 0.00000301; one of the three takes 0.000001 of it, the rest 0.00000201."""
    desk = TheDesk(side, **FREE)
    coin: dict[str, Any] = {"asset_class": AssetClass.CRYPTO, "quantity": "0.00000003", "scale_out": "34"}
    amounts = {Side.LONG: ("0.00000301", "0.00000201"), Side.SHORT: ("0.00000299", "0.00000199")}[side]
    desk.send(a_signal(market="100.3", target="102", target2="104", **coin))
    assert desk.fill().amount == D(amounts[0])
    desk.bars(a_bar("10:00", high="102"))
    assert desk.position().entry_amount_left == D(amounts[1])
    desk.bars(a_bar("10:30", high="104"))
    assert desk.position().entry_amount_left == D("0")


@both_sides
def test_r31_the_entry_commission_is_earned_back_share_by_share(side: Side) -> None:
    desk = TheDesk(side, slippage=percent("0"), commission=per_order("7"))
    desk.send(a_signal(market="100", target="105", target2="110"))
    assert (desk.totals.realized_pnl, desk.unrealized, desk.earned) == (D("0"), D("0"), D("-7"))
    desk.bars(a_bar("10:00", high="105", close="105"))
    # 50 × 5 - 3.50 - 7 realized, 50 × 5 unrealized, 3.50 not yet shared.
    assert (desk.totals.realized_pnl, desk.unrealized, desk.earned) == (D("239.5"), D("250"), D("486"))


@both_sides
def test_r32_a_trade_exists_once_the_position_is_flat(side: Side) -> None:
    desk = TheDesk(side, slippage=per_share("0.02"), commission=per_order("1"))
    desk.send(a_signal(market="100", stop="95", target="105", target2="110"))
    desk.bars(a_bar("10:00", high="105"))
    assert desk.totals.trades == 0
    desk.bars(a_bar("10:30", low="95"))
    trade = desk.trade()
    assert desk.totals.trades == 1
    assert [fill.reason.value for fill in trade.fills] == ["ENTRY", "TARGET_1", "STOP_LOSS"]
    # 50 × 4.98 - 50 × 5.04 - 3 of commission.
    assert (trade.realized_pnl, trade.commission, trade.slippage) == (D("-6"), D("3"), D("3"))
    assert (trade.exit_reason.value, trade.exit_time, trade.quantity) == ("STOP_LOSS", at("11:00"), D("100"))
    assert (trade.entry_time, trade.id) == (at("09:30"), desk.position().id)


@pytest.mark.parametrize(
    ("side", "exit_price"),
    [(Side.LONG, "102.57142857"), (Side.SHORT, "97.42857143")],
    ids=lambda value: getattr(value, "value", value),
)
def test_r32_the_exit_price_is_weighted_by_quantity(side: Side, exit_price: str) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100", target="102", target2="103", quantity="7"))
    desk.bars(a_bar("10:00", high="103"))
    assert desk.trade().exit_price == D(exit_price)  # 3 × 102 + 4 × 103, over 7


@both_sides
def test_r32_the_r_multiple_is_measured_from_the_entry_fill_to_the_first_stop(side: Side) -> None:
    """The stop has trailed since; 1.98 a share, less 1.00, over 100 x 5.02."""
    desk = TheDesk(side, slippage=per_share("0.02"))
    desk.send(a_signal(market="100", stop="95", target="150", trailing=("103", "3")))
    desk.bars(a_bar("10:00", high="105.02", close="105"), a_bar("10:30", open="105", low="102.02"))
    assert desk.exits() == ["STOP_LOSS 100 @ 102"]
    multiple = desk.trade().r_multiple
    assert multiple is not None
    assert ratio(multiple) == D("0.392430278884")  # 197 / 502
    assert ratio(desk.totals.r_total) == D("0.392430278884")


@both_sides
def test_r32_wins_and_losses_count_trades_and_break_even_is_neither(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    for target in ("101", "105", "150"):
        desk.send(a_signal(market="100", stop="95", target=target, target2="151"))
    desk.bars(a_bar("10:00", high="105", close="100"))  # 50 of the first leave at 101, 50 of the second at 105
    desk.send(a_signal(timestamp="10:30", stop="90"))
    desk.bars(a_bar("10:30", low="95"), a_bar("11:00", open="100"))
    desk.close(4)
    totals = desk.totals
    # 50 - 250, 250 - 250, -500 and 0.
    assert [desk.trade(number).realized_pnl for number in (1, 2, 3, 4)] == [D("-200"), D("0"), D("-500"), D("0")]
    assert (totals.trades, totals.wins, totals.losses) == (4, 0, 2)
    assert totals.realized_pnl == D("-700")


@both_sides
@pytest.mark.parametrize(
    ("signal", "bars", "statuses"),
    [
        ({}, [{"low": "94"}], ["STOPPED"]),
        ({}, [{"high": "106"}, {"low": "94"}], ["TARGET_1_HIT", "STOPPED"]),
        ({}, [{"high": "106"}, {"high": "111"}], ["TARGET_1_HIT", "TARGET_2_HIT"]),
        ({}, [{"high": "111"}], ["TARGET_2_HIT"]),
        ({"target2": None}, [{"high": "106"}], ["TARGET_1_HIT"]),
        ({"expires": "10:30"}, [{}, {}], ["OPEN", "EXPIRED"]),
        ({"expires": "10:30"}, [{"high": "106"}, {}], ["TARGET_1_HIT", "EXPIRED"]),
    ],
)
def test_r33_a_position_goes_from_status_to_status(
    side: Side, signal: dict[str, Any], bars: list[dict[str, Any]], statuses: list[str]
) -> None:
    desk = TheDesk(side)
    desk.send(a_signal(**{"market": "100", "target": "105", "target2": "110", **signal}))
    assert (desk.position().status.value, desk.position().is_open) == ("OPEN", True)
    seen = []
    for number, bar in enumerate(bars):
        desk.bars(a_bar(f"10:{30 * number:02}", **bar))
        seen.append(desk.position().status.value)
    assert seen == statuses
    assert desk.position().is_open is False


def test_r33_a_position_closed_by_hand_is_closed() -> None:
    desk = TheDesk()
    desk.send(a_signal(market="100"))
    desk.close()
    assert (desk.position().status.value, desk.position().is_open) == ("CLOSED", False)


@both_sides
def test_r33_every_event_shows_the_position_as_it_then_stood(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_limit("98", target="105", target2="110", break_even=True))
    desk.bars(a_bar("10:00", low="97"), a_bar("10:30", high="105"), a_bar("11:00", open="106", high="110"))
    seen = [
        (
            position_event.kind.value,
            position_event.position.status.value,
            position_event.position.open_quantity,
            len(position_event.position.fills),
        )
        for position_event in desk.position_events()
    ]
    assert seen == [
        ("OPENED", "OPEN", D("100"), 1),
        ("REDUCED", "TARGET_1_HIT", D("50"), 2),
        ("STOP_MOVED", "TARGET_1_HIT", D("50"), 2),
        ("CLOSED", "TARGET_2_HIT", D("0"), 3),
    ]


@both_sides
def test_r32_the_r_multiple_is_net_pnl_over_what_was_first_at_risk(side: Side) -> None:
    """100 bought at 100.02 with the stop at 98: 202 at risk."""
    stop = {Side.LONG: "98", Side.SHORT: "102.04"}[side]
    trade = a_trade("505", side=side, entry="100.02", stop=stop)
    assert trade.r_multiple == D("2.5")


def test_r32_where_nothing_was_at_risk_there_is_no_r_multiple() -> None:
    assert a_trade("10", entry="100", stop="100").r_multiple is None
