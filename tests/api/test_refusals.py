"""Refusals are answers: each has its code, its message and the exact figures, and the preview gives the same."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.desk import DAY, OPENING, Json, Trader, instant, newcomer

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIGURES = ["cash", "equity", "buyingPower", "heatPercent", "openPositions", "workingSignals", "commission", "slippage"]


def error(code: str, message: str, field: str | None, limit: str | None, actual: str | None) -> Json:
    path = None if field is None else [field]
    return {"code": code, "message": message, "field": path, "limit": limit, "actual": actual}


async def refused(trader: Trader, **content: Any) -> Json:
    """The refusal of a signal: it moved no money, is stored with the signal, and the preview gave it before."""
    before = await trader.totals()
    preview = await trader.preview(**content)
    payload = await trader.send(**content)
    after = await trader.totals()
    [refusal] = payload["errors"]
    assert payload["position"] is None
    assert (payload["signal"]["status"], payload["signal"]["error"]) == ("REJECTED", refusal)
    assert (preview["accepted"], preview["errors"]) == (False, [refusal])
    assert [after[name] for name in FIGURES] == [before[name] for name in FIGURES]
    shown: Json = refusal
    return shown


async def test_a_trade_that_risks_too_much(trader: Trader) -> None:
    assert await refused(trader, quantity="991") == error(
        "TRADE_RISK_EXCEEDED", "the trade would risk 2.00182 % of equity; the limit is 2 % (R18)", None, "2", "2.00182"
    )


async def test_a_campaign_that_risks_too_much(trader: Trader) -> None:
    await trader.do("updateSettings", settings={"useRealisticFills": False, "leverage": "10"})
    for _ in range(2):
        await trader.send(quantity="1000", campaignId="spring")
    message = "the campaign would risk 5.002 % of equity; the limit is 5 % (R18)"
    assert await refused(trader, quantity="501", campaignId="spring") == error(
        "CAMPAIGN_RISK_EXCEEDED", message, None, "5", "5.002"
    )
    assert (await trader.send(quantity="500", campaignId="spring"))["errors"] == []


async def test_a_portfolio_with_too_much_heat(trader: Trader) -> None:
    await trader.do("updateSettings", settings={"useRealisticFills": False, "leverage": "10"})
    for _ in range(4):
        await trader.send(quantity="1000")
    await trader.send(entry="LIMIT", entryPrice="100", marketPrice=None, quantity="500")
    message = "all open and working would risk 10.002 % of equity; the limit is 10 % (R18)"
    assert await refused(trader, quantity="501") == error("PORTFOLIO_HEAT_EXCEEDED", message, None, "10", "10.002")
    assert (await trader.send(quantity="500"))["errors"] == []
    assert (await trader.totals())["heatPercent"] == "10"


async def test_more_than_the_buying_power(trader: Trader) -> None:
    message = "100025 for amount and commission exceeds the buying power of 100000 (R19)"
    assert await refused(trader, quantity="1000", stopLoss="99") == error(
        "INSUFFICIENT_BUYING_POWER", message, None, "100000", "100025"
    )


async def test_an_amount_too_large_to_hold(trader: Trader) -> None:
    content = {"quantity": "9999999999", "marketPrice": "9999999998", "stopLoss": "9999999997.99999999"}
    await trader.do("updateSettings", settings={"useRealisticFills": False})
    message = "the trade would risk 0.1 % of equity; the limit is 0.00000001 % (R18)"
    await trader.do("updateSettings", settings={"maxTradeRiskPercent": "0.00000001"})
    assert await refused(trader, **content, target1="9999999999") == error(
        "TRADE_RISK_EXCEEDED", message, None, "0.00000001", "0.1"
    )
    await trader.do("updateSettings", settings={"maxTradeRiskPercent": None})
    beyond = "quantity x price is not below 10000000000, more than the desk can hold (R1)"
    assert await refused(trader, **content, target1="9999999999") == error(
        "INSUFFICIENT_BUYING_POWER", beyond, None, "100000", None
    )


async def test_a_risk_too_small_for_one_step(trader: Trader) -> None:
    message = "0.001 % of an equity of 100000 does not pay for the risk of one step, 1 (R17)"
    assert await refused(trader, quantity=None, riskPercent="0.001") == error(
        "QUANTITY_TOO_SMALL", message, "riskPercent", "1", "0"
    )


async def test_a_symbol_without_a_price(trader: Trader) -> None:
    symbol = f"{trader.symbol}.X"
    message = (
        f"no price of {symbol} is known: send bars or quotes first, or marketPrice with an order at the market (R15)"
    )
    expected = error("NO_MARKET_PRICE", message, "marketPrice", None, None)
    assert await refused(trader, symbol=symbol, marketPrice=None) == expected
    assert await refused(trader, symbol=symbol, marketPrice=None, entry="NEXT_OPEN") == expected


async def test_a_price_that_is_too_old(trader: Trader) -> None:
    await trader.quote(OPENING - DAY - timedelta(microseconds=1), "100")
    age = "1 day 0.000001 seconds"
    message = f"the last price of {trader.symbol} is {age} old at the signal's timestamp; at most 1 day (R15)"
    assert await refused(trader, marketPrice=None) == error(
        "STALE_MARKET_PRICE", message, None, "86400", "86400.000001"
    )


@pytest.mark.parametrize(
    "entry", [{"marketPrice": None}, {}, {"entry": "LIMIT", "entryPrice": "99", "marketPrice": None}]
)
async def test_a_signal_that_is_late(trader: Trader, entry: Json) -> None:
    await trader.quote(OPENING + DAY, "100")
    message = (
        f"the timestamp 2024-01-02T14:30:00Z lies 1 day before the last price of {trader.symbol}, "
        "of 2024-01-03T14:30:00Z: 1 day or more is late (R15)"
    )
    assert await refused(trader, **entry) == error("LATE_SIGNAL", message, "timestamp", "86400", "86400")


async def test_a_closing_that_is_late(trader: Trader) -> None:
    position = await trader.a_long()
    await trader.quote(OPENING + 2 * DAY, "100")
    [problem] = (await trader.do("closePosition", positionId=position["id"], timestamp=instant(OPENING)))["errors"]
    message = (
        f"the timestamp 2024-01-02T14:30:00Z lies 2 days before the last price of {trader.symbol}, "
        "of 2024-01-04T14:30:00Z: 1 day or more is late (R15)"
    )
    assert problem == error("LATE_SIGNAL", message, "timestamp", "86400", "172800")


@pytest.mark.parametrize(
    ("side", "price", "stop", "target"), [("LONG", "98", "98", "104"), ("SHORT", "103", "102.5", "96")]
)
async def test_a_price_at_or_beyond_the_stop(trader: Trader, side: str, price: str, stop: str, target: str) -> None:
    message = f"the price {price} is already at or beyond the stop {stop} (R14)"
    assert await refused(trader, side=side, marketPrice=price, stopLoss=stop, target1=target) == error(
        "STOP_ALREADY_BREACHED", message, "stopLoss", stop, price
    )


@pytest.mark.parametrize(
    ("side", "price", "stop", "target"), [("LONG", "104", "98", "104"), ("SHORT", "95.5", "102", "96")]
)
async def test_a_price_at_or_beyond_the_target(trader: Trader, side: str, price: str, stop: str, target: str) -> None:
    message = f"the price {price} is already at or beyond target 1, {target} (R14)"
    assert await refused(trader, side=side, marketPrice=price, stopLoss=stop, target1=target) == error(
        "TARGET_ALREADY_REACHED", message, "target1", target, price
    )


async def test_a_currency_pair_that_is_not_quoted_in_dollars(trader: Trader) -> None:
    message = "USDJPY is not quoted in USD; only pairs such as EURUSD can be traded (R6)"
    assert await refused(trader, symbol="USDJPY", assetClass="FOREX") == error(
        "UNSUPPORTED_SYMBOL", message, "symbol", None, None
    )


async def test_a_symbol_of_another_asset_class(trader: Trader) -> None:
    await trader.send()
    message = f"{trader.symbol} is traded as STOCK, fixed at its first signal (R6)"
    assert await refused(trader, assetClass="CRYPTO") == error(
        "ASSET_CLASS_MISMATCH", message, "assetClass", None, None
    )


async def test_a_disabled_account(trader: Trader) -> None:
    await trader.do("disable")
    message = f"account {trader.account} is disabled: enable it first (R35)"
    assert await refused(trader) == error("ACCOUNT_DISABLED", message, None, None, None)


async def test_a_halted_account(trader: Trader) -> None:
    await trader.do("updateSettings", settings={"maxDailyLossPercent": "0.5", "useRealisticFills": False})
    await trader.send(quantity="500", stopLoss="96", target1="110")
    await trader.see(trader.a_bar(OPENING, "98", "100"))
    reason = (await trader.totals())["haltReason"]
    message = f"account {trader.account} is halted: {reason} (R34)"
    assert await refused(trader) == error("ACCOUNT_HALTED", message, None, None, None)


async def test_a_waiting_signal_that_fails_at_its_fill_says_why(trader: Trader) -> None:
    await trader.send(entry="STOP", entryPrice="101", marketPrice=None)
    await trader.see(trader.a_bar(OPENING, "104.5", "105"))
    [signal] = await trader.list("signals")
    message = "the price 104.5 is already at or beyond target 1, 104 (R14)"
    assert signal["status"] == "REJECTED"
    assert signal["error"] == error("TARGET_ALREADY_REACHED", message, "target1", "104", "104.5")


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"side": "SHORT", "stopLoss": "102", "target1": "96"},
        {"quantity": None, "riskPercent": "1.5"},
        {"campaignId": "spring"},
        {"entry": "LIMIT", "entryPrice": "99.5", "marketPrice": None},
        {"entry": "STOP", "entryPrice": "101", "marketPrice": None},
        {"assetClass": "CRYPTO", "quantity": "0.12345678"},
    ],
    ids=str,
)
async def test_a_preview_gives_the_decision_and_figures_and_changes_nothing(trader: Trader, content: Json) -> None:
    other = await newcomer(trader.client)
    await other.send(symbol=trader.symbol, assetClass=content.get("assetClass", "STOCK"), quantity="1")
    before = await trader.client.stored(), await trader.totals()
    preview = await trader.preview(**content)
    assert (await trader.client.stored(), await trader.totals()) == before
    payload = await trader.send(**content)
    signal = payload["signal"]
    assert (preview["accepted"], preview["errors"]) == (True, [])
    assert [preview[name] for name in ("side", "quantity")] == [signal[name] for name in ("side", "quantity")]
    assert preview["buyingPower"] == before[1]["buyingPower"]
    assert preview["campaignRiskPercent"] == (preview["heatPercent"] if "campaignId" in content else None)
    if signal["status"] == "EXECUTED":
        [fill] = payload["position"]["fills"]
        assert (preview["fillPrice"], preview["commission"]) == (fill["price"], fill["commission"])


async def test_a_preview_of_an_id_that_was_answered_is_a_preview_of_its_content(trader: Trader) -> None:
    sent = (await trader.send())["signal"]
    preview = await trader.preview(id=sent["signalId"], quantity="5000", timestamp=instant(OPENING))
    assert [error["code"] for error in preview["errors"]] == ["TRADE_RISK_EXCEEDED"]
