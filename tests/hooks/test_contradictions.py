"""What an alert says is done or refused: fields that contradict each other, and those without a use, are named."""

import re
from decimal import Decimal

import pytest

from api.hooks.alert import BadAlert
from tests.hooks.reading import content


def test_fields_that_mean_the_same_must_agree() -> None:
    body = '{"ticker": "AAPL", "action": "buy", "side": "long", "quantity": 1, "sl": "90.0", "stop": 90}'
    assert content("tradingview", body)["stopLoss"] == "90"
    for wrong, sentence in (
        ('"sl": 91', "'stop' '90' and 'sl' '91' contradict each other: both are stopLoss, so say one of them"),
        ('"qty": 2', "'quantity' '1' and 'qty' '2' contradict each other: both are quantity, so say one of them"),
        ('"side": "sell"', "'action' 'buy' and 'side' 'sell' contradict each other: both are action, so say one of t"),
        ('"order_type": "limit", "entry": "stop"', "'order_type' 'limit' and 'entry' 'stop' contradict each other"),
    ):
        with pytest.raises(BadAlert, match=f"^{re.escape(sentence)}"):
            content("tradingview", '{"ticker": "AAPL", "action": "buy", "quantity": 1, "stop": 90, ' + wrong + "}")


_AMENDED = (
    "it takes stopLoss, target1, target2, expiresAt, campaignId, note, entryPrice, stopDistance, stopPercent, "
    "target1R, target2R, quantity"
)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ("action=buy,quantity=2,risk=50", "quantity and riskPercent contradict each other: say one of them"),
        ("action=buy,qty=2,stop=9,sl_percent=5", "stopLoss and stopPercent contradict each other: say one of them"),
        ("action=buy,qty=2,target=9,target_r=2", "target1 and target1R contradict each other: say one of them"),
        ("action=buy,qty=2,tp_r=2,tp_percent=2", "target1R and target1Percent contradict each other: say one of them"),
        ("action=buy,qty=2,tp=8,tp2=9,tp2_r=2", "target2 and target2R contradict each other: say one of them"),
        (
            "action=buy,qty=2,percent=5",
            "action buy takes no percent: the size of a signal is quantity or riskPercent",
        ),
        (
            "action=buy,qty=2,price=100,entryPrice=90",
            "entry market takes no entryPrice: say entry limit or stop beside it, or leave it out",
        ),
        (
            "action=buy,qty=2,entry=next_open,entryPrice=90",
            "entry next_open takes no entryPrice: say entry limit or stop beside it, or leave it out",
        ),
        ("action=close,quantity=1,percent=5", "percent and quantity contradict each other: say one of them"),
        ("action=close,percent=5,stop=9", "action close takes no stopLoss: it takes percent or quantity"),
        (
            "action=close,stop=9,risk=1",
            "action close takes no stopLoss and no riskPercent: action close with percent or quantity closes a part",
        ),
        (
            "action=flat,quantity=1",
            "action flat takes no quantity: action close with percent or quantity closes a part",
        ),
        ("action=amend,stop=9,target_percent=5", f"action amend takes no target1Percent: {_AMENDED}"),
        ("action=amend,stop=9,position=long,risk=5", f"action amend takes no riskPercent: {_AMENDED}"),
        ("action=amend,stop=9,stopDistance=5", "stopLoss and stopDistance contradict each other: say one of them"),
        ("action=amend,stop=9,position=flat", "action amend and position flat contradict each other: say one of them"),
        ("action=reverse,qty=1,position=flat", "action reverse and position flat contradict each other: say one of t"),
        (
            "action=close,position=long",
            "action close and position long contradict each other: say percent or quantity to close a part, else "
            "position flat or none",
        ),
    ],
)
def test_nothing_that_an_alert_says_is_dropped(fields: str, sentence: str) -> None:
    with pytest.raises(BadAlert, match=f"^{re.escape(sentence)}"):
        content("text", f"ticker=AAPL,{fields}")


def test_what_alerts_carry_as_they_come_contradicts_nothing() -> None:
    told = "exchange=NASDAQ,interval=5,close=100,contracts=7,position_size=3,comment=x,strategy=s,assetClass=stock"
    assert content("text", f"ticker=AAPL,action=close,{told}") == {"symbol": "AAPL", "marketPrice": "100"}
    read = content("text", f"ticker=AAPL,action=buy,risk=2,stop=90,{told}", quantity=Decimal(1))
    assert (read["riskPercent"], "quantity" in read) == ("2", False)


def test_a_strategys_exits_may_carry_what_its_entries_say() -> None:
    text = "ticker=AAPL,price=100,contracts=7,position_size=0,risk=1,sl_percent=5,target_r=2,action=sell"
    assert content("text", f"{text},market_position=flat") == {"symbol": "AAPL", "marketPrice": "100"}
    assert content("text", f"{text},market_position=long") == {"quantity": "7", "marketPrice": "100"}
    with pytest.raises(BadAlert, match=r"^quantity and riskPercent contradict each other: say one of them$"):
        content("text", f"{text},market_position=flat,quantity=1")
