"""Wrong market data is retracted: the desk stands as if it had never come, and says so where it cannot."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.authorization.principal import OPERATOR
from api.choices import ClockKind
from api.codec.commands import CommandKind
from api.codec.events import Stream
from api.codec.ids import node_id, signal_key
from api.graphql.context import Context
from domain.engine.events import PositionEvent
from domain.orders.side import Side
from tests.api.desk import Client, Json, desk_on, instant
from tests.backtest.parity import assert_parity
from tests.builders import D, both_sides, signal_id
from tests.retraction.reference_desk import resend, state_of
from tests.service.desks import verified

MONDAY = datetime(2024, 3, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
WRONG = datetime(2035, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Wall:
    """A wall clock that can be wrong."""

    now: datetime = MONDAY + timedelta(days=5)

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def desk(url: str, wall: Wall | None = None, clock: ClockKind = ClockKind.MARKET) -> AsyncIterator[Client]:
    async with desk_on(url, clock, wall or Wall()) as client:
        await client.do("enable", settings={"useRealisticFills": False})
        yield client


def bar_json(hour: float, *prices: str, symbol: str = "AAPL", start: datetime | None = None) -> Json:
    """An hour's bar: its open, high, low and close, or the one price of all four."""
    begins = start or MONDAY + hour * HOUR
    shown = prices if len(prices) == 4 else prices * 4
    names = ("open", "high", "low", "close")
    return {
        "symbol": symbol,
        "start": instant(begins),
        "end": instant(begins + HOUR),
        **dict(zip(names, shown, strict=True)),
    }


def a_quote(hour: float, price: str) -> Json:
    return {"symbol": "AAPL", "time": instant(MONDAY + hour * HOUR), "price": price}


async def see(client: Client, *bars: Json) -> Json:
    payload = await client.do("ingestBars", bars=list(bars))
    return {name: payload[name] for name in ("applied", "late", "fills")}


async def buy(client: Client, number: int = 1, **content: Any) -> Json:
    whole = {
        "id": str(signal_id(number)),
        "symbol": "AAPL",
        "side": "LONG",
        "stopLoss": "90",
        "target1": "120",
        "quantity": "100",
        **content,
    }
    return await client.do("executeSignal", **whole)


async def retract(client: Client, since: datetime, symbol: str = "AAPL") -> Json:
    return await client.do("retractMarketData", symbol=symbol, **{"from": instant(since)})


async def refusal(client: Client, since: datetime) -> str:
    """Why market data cannot be retracted; the desk is as it was."""
    before = await client.stored(), await state_of(client, ["default"])
    payload = await retract(client, since)
    assert (payload["bars"], payload["quotes"]) == (0, 0)
    [error] = payload["errors"]
    assert error["code"] == "MARKET_DATA_USED"
    assert (await client.stored(), await state_of(client, ["default"])) == before
    message: str = error["message"]
    return message


async def test_a_bar_dated_in_the_future_can_be_retracted_and_its_symbol_used_again(
    database_url: str, tmp_path: Path
) -> None:
    wall = Wall()
    async with desk(database_url, wall) as client:
        await see(client, bar_json(9, "100"), bar_json(9, "50", symbol="MSFT"))
        await buy(client)
        wall.now = WRONG + timedelta(days=1)
        await see(client, bar_json(0, "101", start=WRONG))
        wall.now = MONDAY + timedelta(days=5)
        assert (await see(client, bar_json(10, "102")))["late"] == 1
        refused = await buy(client, 2, symbol="MSFT", stopLoss="40", target1="60")
        assert [error["code"] for error in refused["errors"]] == ["INVALID_INPUT"]

        assert await retract(client, WRONG) == {"bars": 1, "quotes": 0, "errors": []}
        assert await retract(client, WRONG) == {"bars": 0, "quotes": 0, "errors": []}
        assert (await see(client, bar_json(10, "102")))["applied"] == 1
        bought = await buy(client, 2, symbol="MSFT", stopLoss="40", target1="60")
        assert bought["signal"]["timestamp"] == instant(MONDAY + 11 * HOUR)
        assert (await client.account("default"))["equity"] == "100200"
        await assert_parity(client, "default", 1, tmp_path)
    await verified(database_url)


def seen_from(side: Side, *prices: str) -> list[str]:
    """Prices as they are for a LONG, mirrored at 100 for a SHORT; of four, open, high, low and close."""
    if side is Side.LONG:
        return list(prices)
    mirrored = [str(200 - D(price)) for price in prices]
    return mirrored if len(mirrored) == 1 else [mirrored[place] for place in (0, 2, 1, 3)]


@both_sides
async def test_what_a_wrong_price_marked_is_restored(sqlite_url: str, tmp_path: Path, side: Side) -> None:
    """Points, peaks, drawdowns, the day's reference, hours, the best price of a trailing stop, and days with data."""
    stop, target, activation, dip = (seen_from(side, number)[0] for number in ("90", "120", "118", "92"))
    async with desk(sqlite_url) as client:
        await see(client, bar_json(9, "100"), bar_json(9, "50", symbol="MSFT"))
        levels: Json = {"side": side.value, "stopLoss": stop, "target1": target}
        await buy(client, **levels, trailingStop={"activation": activation, "offset": "5"})
        await buy(client, 2, symbol="MSFT", stopLoss="40", target1="60")
        await see(client, bar_json(10, *seen_from(side, "101")), bar_json(10, "51", symbol="MSFT"))
        wrong = bar_json(11, *seen_from(side, "100", "117", "91", "117"))
        await see(client, wrong, bar_json(11, "52", symbol="MSFT"))
        await see(client, bar_json(24, "53", symbol="MSFT"))
        await client.do("ingestQuotes", quotes=[a_quote(25, dip)])
        await see(client, bar_json(26, "54", symbol="MSFT"))
        before = await client.account("default")
        assert await retract(client, MONDAY + 11 * HOUR) == {"bars": 1, "quotes": 1, "errors": []}
        after = await client.account("default")
        assert (before["peakEquity"], after["peakEquity"]) == ("101900", "100500")
        await see(client, *(bar_json(hour, *seen_from(side, price)) for hour, price in ((11, "102"), (12, "103"))))
        async with desk_on(f"sqlite:///{tmp_path / 'reference.sqlite3'}", wall=Wall()) as reference:
            await resend(client, reference)
            assert await state_of(client, ["default"]) == await state_of(reference, ["default"])
        await assert_parity(client, "default", 1, tmp_path)
    await verified(sqlite_url)


# Where something was decided by it


async def test_a_stop_that_it_triggered_blocks_the_retraction_and_is_named(sqlite_url: str) -> None:
    async with desk(sqlite_url) as client:
        await see(client, bar_json(9, "100"))
        await buy(client)
        await see(client, bar_json(10, "100", "100", "80", "85"))
        assert await refusal(client, MONDAY + 10 * HOUR) == (
            "account default decided by it, at 2024-03-04T11:00:00Z, ordinal 10: STOP_LOSS fill of position "
            "00000000-0000-0000-0000-000000000001 in AAPL; 1 more entry of the journal follows from it (R7)"
        )
    await verified(sqlite_url)


async def test_a_signal_that_filled_at_it_blocks_the_retraction(sqlite_url: str) -> None:
    async with desk(sqlite_url) as client:
        await see(client, bar_json(9, "100"))
        await see(client, bar_json(10, "101"))
        await buy(client)
        assert "ordinal 7: " in await refusal(client, MONDAY + 10 * HOUR)


async def test_a_signal_that_it_refused_blocks_the_retraction(sqlite_url: str) -> None:
    async with desk(sqlite_url) as client:
        await see(client, bar_json(9, "100"))
        await see(client, bar_json(10, "85"))
        await buy(client, timestamp=instant(MONDAY + 11 * HOUR))
        message = await refusal(client, MONDAY + 10 * HOUR)
    assert "signal 00000000-0000-0000-0000-000000000001 of AAPL became REJECTED, STOP_ALREADY_BREACHED" in message


async def test_a_halt_that_it_caused_blocks_the_retraction(sqlite_url: str) -> None:
    async with desk(sqlite_url) as client:
        await client.do("updateSettings", settings={"maxDailyLossPercent": "0.5"})
        await see(client, bar_json(9, "100"))
        await buy(client)
        await see(client, bar_json(10, "94"))
        message = await refusal(client, MONDAY + 10 * HOUR)
    assert "it was halted: the day's loss, from 100000 to 99400, exceeds 0.5 %" in message


async def test_a_signal_that_it_let_expire_blocks_the_retraction(sqlite_url: str) -> None:
    async with desk(sqlite_url) as client:
        await see(client, bar_json(9, "100"))
        await buy(client, entry="LIMIT", entryPrice="95", goodUntil=instant(MONDAY + 12 * HOUR))
        await see(client, bar_json(12, "99"))
        assert "of AAPL became EXPIRED" in await refusal(client, MONDAY + 12 * HOUR)
        waiting = await client.do("cancelSignal", signalId=str(signal_id(1)))
    assert [error["code"] for error in waiting["errors"]] == ["SIGNAL_NOT_WORKING"]


async def test_a_halt_that_it_prevented_blocks_the_retraction(sqlite_url: str) -> None:
    """A quote that hides the price of an earlier bar kept an account from being halted."""
    async with desk(sqlite_url) as client:
        await client.do("updateSettings", settings={"maxDailyLossPercent": "0.5"})
        await see(client, bar_json(9, "100"))
        await buy(client)
        await client.do("ingestQuotes", quotes=[a_quote(12, "100")])
        await see(client, bar_json(10, "94"))
        message = await refusal(client, MONDAY + 12 * HOUR)
    assert "without it, it was halted: the day's loss" in message


async def test_a_command_dated_by_the_clock_that_it_set_blocks_the_retraction(sqlite_url: str) -> None:
    async with desk(sqlite_url) as client:
        await see(client, bar_json(9, "100"), bar_json(10, "50", symbol="MSFT"))
        await client.do("updateSettings", settings={"leverage": "2"})
        assert (await retract(client, MONDAY + 9 * HOUR))["bars"] == 1
        await see(client, bar_json(11, "100"))
        await client.do("updateSettings", settings={"leverage": "3"})
        message = await refusal(client, MONDAY + 11 * HOUR)
    assert message == (
        "account default decided by it, at 2024-03-04T12:00:00Z, ordinal 12: "
        "updateSettings took the market's clock for the time (R7)"
    )


async def test_on_a_desk_that_runs_on_wall_time_no_command_is_dated_by_it(sqlite_url: str) -> None:
    async with desk(sqlite_url, clock=ClockKind.WALL) as client:
        await see(client, bar_json(9, "100"))
        await client.do("updateSettings", settings={"leverage": "3"})
        assert (await retract(client, MONDAY))["bars"] == 1
    await verified(sqlite_url)


async def test_a_trade_closed_before_does_not_block_the_retraction(sqlite_url: str) -> None:
    async with desk(sqlite_url) as client:
        await see(client, bar_json(9, "100"))
        await buy(client, target1="101")
        await see(client, bar_json(10, "101"))
        await see(client, bar_json(11, "85"))
        assert (await retract(client, MONDAY + 11 * HOUR))["bars"] == 1
    await verified(sqlite_url)


async def test_a_refusal_independent_of_market_data_does_not_block_the_retraction(sqlite_url: str) -> None:
    """Commands with ids keep their refusals: of what had ended already, in this session or the one before."""
    async with desk(sqlite_url) as client:
        await see(client, bar_json(9, "100"))
        await buy(client)
        await client.do("reset")
        await buy(client, 2, target1="101")
        await buy(client, 3, entry="LIMIT", entryPrice="95")
        await client.do("cancelSignal", signalId=str(signal_id(3)))
        await see(client, bar_json(10, "101"))
        await buy(client, 4)
        await see(client, bar_json(11, "102"))
        commands = [("cancelSignal", {"signalId": str(signal_id(3))})]
        for number in (1, 2):
            position = node_id("Position", signal_key("default", signal_id(number)))
            commands.append(("closePosition", {"positionId": position}))
        refused = [
            (await client.do(kind, id=str(signal_id(10 + number)), **what))["errors"][0]["code"]
            for number, (kind, what) in enumerate(commands)
        ]
        assert refused == ["SIGNAL_NOT_WORKING", "POSITION_NOT_OPEN", "POSITION_NOT_OPEN"]
        assert await retract(client, MONDAY + 11 * HOUR) == {"bars": 1, "quotes": 0, "errors": []}
    await verified(sqlite_url)


# What it takes back


async def test_bars_that_end_after_it_and_quotes_from_then_on_are_taken_back(sqlite_url: str) -> None:
    async with desk(sqlite_url) as client:
        await see(
            client, *(bar_json(hour, price) for hour, price in ((9, "100"), (10, "101"), (11, "102"), (12, "103")))
        )
        await client.do("ingestQuotes", quotes=[a_quote(13.25, "104"), a_quote(13.5, "105"), a_quote(14, "106")])
        assert await retract(client, MONDAY + 13.5 * HOUR) == {"bars": 0, "quotes": 2, "errors": []}
        assert await retract(client, MONDAY + 11.5 * HOUR) == {"bars": 2, "quotes": 1, "errors": []}
        quotes = await client.ask("{ quotes { symbol price time } }")
    assert quotes == {"quotes": [{"symbol": "AAPL", "price": "101", "time": "2024-03-04T11:00:00Z"}]}
    await verified(sqlite_url)


async def test_what_is_retracted_can_be_sent_again_and_retracted_again(database_url: str) -> None:
    async with desk(database_url) as client:
        for _ in range(3):
            assert (await see(client, bar_json(9, "100"), bar_json(10, "101")))["applied"] == 2
            await client.do("ingestQuotes", quotes=[a_quote(11, "102")])
            assert await retract(client, MONDAY) == {"bars": 2, "quotes": 1, "errors": []}
        assert await client.ask("{ quotes { symbol } }") == {"quotes": []}
    await verified(database_url)


@pytest.mark.parametrize(
    ("symbol", "message"),
    [
        ("TSLA", "the desk has had no market data of TSLA"),
        ("tsla", "symbol must be 1 to 32 of A-Z"),
        ("", "symbol must be 1 to 32 of A-Z"),
    ],
)
async def test_an_unknown_symbol_cannot_be_retracted(sqlite_url: str, symbol: str, message: str) -> None:
    async with desk(sqlite_url) as client:
        payload = await retract(client, MONDAY, symbol)
    [error] = payload["errors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["symbol"])
    assert error["message"].startswith(message)


async def test_a_time_without_an_offset_is_refused(sqlite_url: str) -> None:
    async with desk(sqlite_url) as client:
        code, message = await client.malformed("retractMarketData", symbol="AAPL", **{"from": "2024-03-04T00:00:00"})
    assert code == "BAD_USER_INPUT"
    assert "needs its offset from UTC" in message


# What else knows of it


async def test_what_happens_while_a_retraction_is_prepared_is_included(sqlite_url: str, tmp_path: Path) -> None:
    """Most of history is replayed before the desk is locked; accounts, symbols, bars that come since are not missed."""
    async with desk(sqlite_url) as client:
        await see(client, bar_json(9, "100"), bar_json(9, "50", symbol="MSFT"))
        await buy(client)
        await see(client, bar_json(10, "101"))
        prepare, writer = client.desk.services.dispatcher.prepare_retraction, client.desk.services.dispatcher.writer
        first, second = await prepare("AAPL", MONDAY + 10 * HOUR), await prepare("AAPL", MONDAY + 10 * HOUR)
        await see(client, bar_json(11, "102"), bar_json(11, "51", symbol="MSFT"))
        await buy(client, 2, symbol="MSFT", stopLoss="40", target1="60")
        await see(client, bar_json(12, "52", symbol="MSFT"))
        sent = '{"symbol":"AAPL","from":"2024-03-04T10:00:00Z"}'
        await client.do("enable", account="second", settings={"useRealisticFills": False})
        await buy(client, 3, account="second", marketPrice="99")
        for retraction, bars in ((first, 2), (second, 0)):
            done = await writer.execute(retraction, account=None, kind=CommandKind.RETRACT_MARKET_DATA, sent=sent)
            assert done.result.retraction is not None
            assert (done.result.retraction.bars, done.result.retraction.quotes) == (bars, 0)
        async with desk_on(f"sqlite:///{tmp_path / 'reference.sqlite3'}", wall=Wall()) as reference:
            await resend(client, reference)
            both = ["default", "second"]
            assert await state_of(client, both) == await state_of(reference, both)
    await verified(sqlite_url)


async def test_a_stream_sends_the_restored_price_and_goes_on_without_a_gap(sqlite_url: str) -> None:
    async with desk(sqlite_url) as client:
        await see(client, bar_json(9, "100"))
        await buy(client)
        context = Context(client.desk.services, OPERATOR)
        async with aclosing(context.follow("default", None, Stream.POSITION, lambda event, _: event)) as events:
            coming = asyncio.create_task(anext(events))
            await asyncio.sleep(0)
            await see(client, bar_json(10, "101"))
            seen = [await coming]
            await retract(client, MONDAY + 10 * HOUR)
            seen.append(await anext(events))
            await see(client, bar_json(10, "100", "121", "100", "121"))
            seen.append(await anext(events))
    position_events = [event.event for event in seen if isinstance(event.event, PositionEvent)]
    assert [(event.kind.value, event.mark.price, event.mark.time) for event in position_events] == [
        ("UPDATED", D(101), MONDAY + 11 * HOUR),
        ("UPDATED", D(100), MONDAY + 10 * HOUR),
        ("CLOSED", D(100), MONDAY + 10 * HOUR),
    ]
    assert [event.seq for event in seen] == [3, 3, 4]


async def test_a_session_that_began_in_a_zone_after_the_wrong_data_is_decided_again_in_that_zone(
    sqlite_url: str,
) -> None:
    """The reset lies between the wrong bar and its retraction; the days of what followed are those of Tokyo."""
    query = "{ report { days from session { number timezone } } account { timezone } }"
    async with desk(sqlite_url) as client:
        await see(client, bar_json(9, "100"))
        await buy(client, marketPrice="100", timestamp=instant(MONDAY + 10 * HOUR))
        await see(client, bar_json(12, "100"))
        await client.do("reset", settings={"timezone": "Asia/Tokyo"})
        await see(client, bar_json(14, "100"))
        await buy(client, 2, marketPrice="100", timestamp=instant(MONDAY + 15 * HOUR))
        await see(client, bar_json(15, "100"), bar_json(40, "101"))
        assert (await client.ask(query))["report"]["days"] == 3
        assert (await retract(client, MONDAY + 40 * HOUR))["errors"] == []
        shown = await client.ask(query)
    assert shown["report"] == {
        "days": 2,
        "from": "2024-03-03T15:00:00Z",
        "session": {"number": 2, "timezone": "Asia/Tokyo"},
    }
    assert "no differences" in await verified(sqlite_url)


async def test_a_reset_that_is_decided_again_begins_its_session_in_the_zone_that_was_journaled(
    sqlite_url: str,
) -> None:
    async with desk(sqlite_url, clock=ClockKind.WALL) as client:
        await see(client, bar_json(9, "100"))
        assert (await buy(client, entry="LIMIT", entryPrice="95"))["signal"]["status"] == "WORKING"
        await see(client, bar_json(40, "101"))
        await client.do("reset", settings={"timezone": "Asia/Tokyo"})
        assert (await retract(client, MONDAY + 40 * HOUR))["errors"] == []
        assert (await client.ask("{ account { timezone } }"))["account"]["timezone"] == "Asia/Tokyo"
    assert "no differences" in await verified(sqlite_url)


async def test_another_process_decides_and_shows_prices_without_retracted_data(postgres_url: str) -> None:
    async with desk(postgres_url) as client, desk_on(postgres_url, wall=Wall()) as other:
        await see(client, bar_json(9, "100"))
        await buy(other)
        await see(other, bar_json(10, "101"))
        assert (await other.account("default"))["equity"] == "100100"
        assert (await retract(client, MONDAY + 10 * HOUR))["bars"] == 1
        assert (await other.account("default"))["equity"] == "100000"
        assert (await buy(other, 2))["position"]["entryPrice"] == "100"
        assert (await see(other, bar_json(10, "102")))["applied"] == 1
        assert (await client.account("default"))["equity"] == "100400"
    await verified(postgres_url)
