"""How long a signal waits, and the close that it may wait for, as a client sends and sees them."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.api.desk import DAY, OPENING, Json, Trader, figures, instant, nothing_is_kept

pytestmark = pytest.mark.asyncio(loop_scope="module")

A_LIMIT = {"entry": "LIMIT", "entryPrice": "99", "marketPrice": None}
LATER = instant(OPENING + DAY)
AT_CLOSE = {"entry": "AT_CLOSE", "marketPrice": None}


async def test_good_until_alone_means_gtd_and_without_it_a_signal_is_gtc(trader: Trader) -> None:
    until = {"goodUntil": instant(OPENING + DAY)}
    answers = [await trader.send(**A_LIMIT, **content) for content in ({}, until, {**until, "timeInForce": "GTD"})]
    assert [answer["signal"]["timeInForce"] for answer in answers] == ["GTC", "GTD", "GTD"]


async def test_an_ioc_fills_now_or_is_cancelled_and_says_so_when_sent_again(trader: Trader) -> None:
    await trader.quote(OPENING, "99.5")
    signal_id = str(uuid4())
    cancelled = await trader.send(**A_LIMIT, timeInForce="IOC", id=signal_id)
    assert (cancelled["errors"], cancelled["position"]) == ([], None)
    assert figures(cancelled["signal"], "status", "timeInForce", "error") == ["CANCELLED", "IOC", None]
    assert (await trader.totals())["workingSignals"] == 0
    await trader.quote(OPENING + timedelta(minutes=1), "98.5")
    filled = await trader.send(
        **A_LIMIT, timeInForce="IOC", stopLoss="97", timestamp=instant(OPENING + timedelta(hours=1))
    )
    assert figures(filled["position"], "entryPrice", "slippage") == ["98.5", "0"]
    async with nothing_is_kept(trader):
        again = await trader.send(**A_LIMIT, timeInForce="IOC", id=signal_id)
    assert (again["replayed"], again["signal"]["status"]) == (True, "CANCELLED")
    [listed] = await trader.list("signals", filter={"status": "CANCELLED"})
    assert listed["signalId"] == signal_id


async def test_a_preview_of_an_ioc_that_would_be_cancelled_is_not_accepted_and_has_no_errors(trader: Trader) -> None:
    await trader.quote(OPENING, "99.5")
    preview = await trader.preview(**A_LIMIT, timeInForce="IOC")
    assert figures(preview, "accepted", "errors", "fillPrice") == [False, [], None]


@pytest.mark.parametrize(
    ("content", "field", "said"),
    [
        ({"timeInForce": "DAY"}, "timeInForce", "timeInForce DAY needs a market's hours, which no calendar"),
        ({"timeInForce": "GTD"}, "goodUntil", "timeInForce GTD needs a goodUntil"),
        ({"timeInForce": "GTC", "goodUntil": LATER}, "goodUntil", "timeInForce GTC takes no goodUntil"),
        ({"timeInForce": "IOC", "goodUntil": LATER}, "goodUntil", "timeInForce IOC takes no goodUntil"),
        ({"timeInForce": "IOC", "entry": "STOP"}, "timeInForce", "entry STOP cannot fill at once: timeInForce IOC"),
        (AT_CLOSE, "entryPrice", "entry AT_CLOSE takes no entryPrice"),
        ({**AT_CLOSE, "entryPrice": None, "marketPrice": "99"}, "marketPrice", "entry AT_CLOSE takes no marketPrice"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
async def test_what_cannot_mean_anything_is_invalid(trader: Trader, content: Json, field: str, said: str) -> None:
    async with nothing_is_kept(trader):
        [error] = (await trader.send(**(A_LIMIT | content)))["errors"]
    assert figures(error, "code", "field") == ["INVALID_INPUT", [field]]
    assert error["message"].startswith(said)


async def test_at_the_close_of_a_bar_that_is_to_come(trader: Trader) -> None:
    await trader.quote(OPENING - timedelta(hours=1), "100")
    sent = await trader.send(**AT_CLOSE, timestamp=instant(OPENING + DAY))
    assert figures(sent["signal"], "status", "entry") == ["WORKING", "AT_CLOSE"]
    await trader.see(trader.a_bar(OPENING, "99", "103", close="101"))
    [position] = await trader.list("positions")
    assert figures(position, "entryPrice", "entryTime", "status") == ["101.0202", instant(OPENING + DAY), "OPEN"]


async def test_at_the_close_of_a_bar_that_has_come(trader: Trader) -> None:
    await trader.see(trader.a_bar(OPENING, "99", "103", close="101"))
    sent = await trader.send(**AT_CLOSE, timestamp=instant(OPENING + DAY))
    assert figures(sent["position"], "entryPrice", "entryTime") == ["101.0202", instant(OPENING + DAY)]


async def test_a_close_that_is_past_is_refused_with_both_times(trader: Trader) -> None:
    await trader.do("updateSettings", settings={"maxPriceAgeSeconds": 864_000})
    await trader.see(trader.a_bar(OPENING, "99", "103", close="101"), trader.a_bar(OPENING + DAY, "99", "103"))
    [error] = (await trader.send(**AT_CLOSE, timestamp=instant(OPENING + DAY)))["errors"]
    assert error["code"] == "LATE_SIGNAL"
    assert instant(OPENING + DAY) in error["message"]
    assert instant(OPENING + 2 * DAY) in error["message"]
