"""A real server: its streams agree with its queries, and it closes them in order."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.database_url import database_url as url_of
from api.persistence import tables
from api.persistence.engines import read_engine
from api.server.running_desk import RunningDesk
from tests.api.serving import Client, connected, served
from tests.conftest import sqlite_url_in
from tests.loop_engine import LoopEngine
from tests.processes import Server, serving, until
from tests.service.desks import desk_on, rows, verified

POSITION = """
  id signalId symbol side status isOpen quantity openQuantity entryTime entryPrice stopLoss initialStopLoss target1
  target2 realizedPnl commission slippage openRisk campaignId
  fills { time reason quantity price rawPrice slippage commission gap ambiguous }
  trade { id exitReason exitPrice realizedPnl rMultiple }
"""
STREAM = f"subscription($after: String) {{ positionEvents(after: $after) {{ cursor kind position {{ {POSITION} }} }} }}"
NOW = f"{{ account {{ cursor }} positions {{ nodes {{ {POSITION} }} }} }}"
ENABLE = "mutation { enable { account { cursor } errors { code } } }"
BARS = "mutation($input: IngestBarsInput!) { ingestBars(input: $input) { applied fills } }"
EXECUTE = """mutation($input: ExecuteSignalInput!) {
  executeSignal(input: $input) { position { id } replayed errors { code } } }"""


def bar_json(hour: int, close: str, high: str | None = None) -> dict[str, Any]:
    prices = {"open": "100", "high": high or max("100", close, key=float), "low": min("100", close, key=float)}
    return {
        "symbol": "ACME",
        "start": f"2024-03-04T{hour:02}:00:00Z",
        "end": f"2024-03-04T{hour + 1:02}:00:00Z",
        "close": close,
        **prices,
    }


def signal_json(number: int, **more: Any) -> dict[str, Any]:
    levels = {"stopLoss": "90", "target1": "110", "quantity": "2"}
    return {"id": str(UUID(int=number)), "symbol": "ACME", "side": "LONG", **levels, **more}


@asynccontextmanager
async def asking(desk: RunningDesk) -> AsyncIterator[Any]:
    async with served(desk.app) as address, httpx.AsyncClient(base_url=f"http://{address}", timeout=60) as http:

        async def ask(query: str, **variables: Any) -> Any:
            answer = (await http.post("/graphql", json={"query": query, "variables": variables})).json()
            assert "errors" not in answer, answer
            return answer["data"]

        ask.address = address  # type: ignore[attr-defined]
        yield ask


async def events_of(address: str, after: str, count: int) -> list[dict[str, Any]]:
    """Journal events, as a WebSocket client gets them."""
    async with connected(address) as client:
        await client.subscribe("1", STREAM, after=after)
        return [(await client.receive())["payload"]["data"]["positionEvents"] for _ in range(count)]


async def test_an_event_equals_the_query_at_its_cursor(database_url: str) -> None:
    async with desk_on(database_url) as desk, asking(desk) as ask:
        started = (await ask(ENABLE))["enable"]["account"]["cursor"]
        steps = [
            (BARS, {"bars": [bar_json(1, "100")]}),
            (EXECUTE, signal_json(1, target2="130", trailingStop={"activation": "112", "offset": "5"})),
            (EXECUTE, signal_json(2, campaignId="spring")),
            (BARS, {"bars": [bar_json(2, "101", high="111")]}),
            (BARS, {"bars": [bar_json(3, "120")]}),
            (EXECUTE, signal_json(3, stopLoss="50", target1="200", quantity="1")),
            (BARS, {"bars": [bar_json(4, "60")]}),
        ]
        positions = {}
        for query, sent in steps:
            await ask(query, input=sent)
            now = await ask(NOW)
            positions[now["account"]["cursor"]] = {node["id"]: node for node in now["positions"]["nodes"]}
        events = await events_of(ask.address, started, 7)
    kinds = [event["kind"] for event in events]
    assert kinds == ["OPENED", "OPENED", "REDUCED", "CLOSED", "STOP_MOVED", "OPENED", "CLOSED"]
    for event in events:
        first_after = min(cursor for cursor in positions if cursor >= event["cursor"])
        assert event["position"] == positions[first_after][event["position"]["id"]]
    await verified(database_url)


async def test_a_client_that_leaves_leaves_nothing_behind(sqlite_url: str) -> None:
    async with desk_on(sqlite_url) as desk, asking(desk) as ask:
        await ask(ENABLE)
        hub = desk.services.streams._hub
        async with connected(ask.address) as client:
            for number in range(5):
                await client.subscribe(str(number), STREAM)
            await until(lambda: len(hub) == 5)
            await client.send(id="0", type="complete")
            await until(lambda: len(hub) == 4)
        await until(lambda: len(hub) == 0)


async def all_messages(client: Client) -> list[dict[str, Any]]:
    """All messages until the server closes, but for where streams begin."""
    messages = [json.loads(frame) async for frame in client.connection]
    return [message for message in messages if not client.heeds(message)]


async def sse(server: Server, lines: list[str], started: asyncio.Event) -> None:
    """A stream of server-sent events, line by line, as `curl -N` shows it."""
    headers = ["-H", "content-type: application/json", "-H", "accept: text/event-stream"]
    asked = [*headers, "-d", json.dumps({"query": STREAM})]
    curl = await asyncio.create_subprocess_exec("curl", "-sN", *asked, server.url, stdout=asyncio.subprocess.PIPE)
    assert curl.stdout is not None
    async for text in curl.stdout:
        lines.append(text.decode().strip())
        started.set()
    assert await curl.wait() == 0


async def began_and_came(address: str, after: str | None, count: int, more: Callable[[], Awaitable[Any]]) -> Any:
    """Where a stream says that it begins, before anything comes, and what comes then."""
    async with connected(address) as client:
        await client.subscribe("the one", STREAM, after=after)
        message = json.loads(await asyncio.wait_for(client.connection.recv(), 60))
        assert client.heeds(message), message
        await more()
        return client.began["the one"], [await client.receive() for _ in range(count)]


@pytest.mark.parametrize("is_direct", [True, False], ids=["in frames made once", "by a server that makes none"])
async def test_a_stream_says_where_it_begins_and_from_there_everything_comes_again(
    tmp_path: Path, is_direct: bool
) -> None:
    async with AsyncExitStack() as stack:
        if is_direct:
            server = stack.enter_context(serving("--clock", "market", folder=tmp_path))
            address = f"127.0.0.1:{server.port}"
        else:
            desk = await stack.enter_async_context(desk_on(sqlite_url_in(tmp_path)))
            address = await stack.enter_async_context(served(desk.app))
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://{address}", timeout=60))

        async def ask(query: str, sent: dict[str, Any] | None = None) -> Any:
            return (await http.post("/graphql", json={"query": query, "variables": {"input": sent}})).json()["data"]

        async def trade() -> None:
            await ask(BARS, {"bars": [bar_json(1, "100")]})
            for number in range(1, 4):
                await ask(EXECUTE, signal_json(number))
            await ask(BARS, {"bars": [bar_json(2, "105", "111")]})

        started = (await ask(ENABLE))["enable"]["account"]["cursor"]
        began, came = await began_and_came(address, None, 6, trade)
        assert began == started
        events = [message["payload"]["data"]["positionEvents"] for message in came]
        assert [event["kind"] for event in events] == ["OPENED"] * 3 + ["CLOSED"] * 3
        assert await began_and_came(address, began, 6, nothing) == (began, came)
        last = events[-1]["cursor"]
        assert await began_and_came(address, last, 0, nothing) == (last, [])


async def nothing() -> None:
    """Nothing happens."""


async def sending(server: Server, client: int, accepted: list[str], ended: asyncio.Event) -> None:
    """Signals one after the other, until the server takes no more; the ids that it accepted."""
    async with httpx.AsyncClient(timeout=60) as http:
        number = client * 100_000
        while True:
            number += 1
            body = {"query": EXECUTE, "variables": {"input": signal_json(number, stopLoss="120")}}
            try:
                answer = (await http.post(server.url, json=body)).json()
            except (httpx.TransportError, json.JSONDecodeError):
                return
            if "data" not in answer:
                assert answer["errors"][0]["extensions"]["code"] in {"SHUTTING_DOWN", "UNAVAILABLE"}
                return
            assert answer["data"]["executeSignal"]["errors"] == [{"code": "INVALID_LEVELS"}]
            accepted.append(str(UUID(int=number)))
            if len(accepted) > 20:
                ended.set()


async def test_a_server_asked_to_stop_ends_streams_and_keeps_what_it_accepted(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    accepted: list[str] = []
    lines: list[str] = []
    enough, heard = asyncio.Event(), asyncio.Event()
    with serving(folder=tmp_path) as server:
        server.query(ENABLE)
        async with connected(f"127.0.0.1:{server.port}") as client:
            await client.subscribe("1", STREAM)
            clients = [asyncio.create_task(sending(server, number, accepted, enough)) for number in range(1, 6)]
            curl = asyncio.create_task(sse(server, lines, heard))
            await asyncio.wait_for(asyncio.gather(enough.wait(), heard.wait()), 60)
            server.process.send_signal(signal.SIGTERM)
            messages = await asyncio.wait_for(all_messages(client), 60)
            await asyncio.wait_for(asyncio.gather(*clients, curl), 60)
            code = await loop.run_in_executor(None, server.process.wait, 60)
            assert messages == [{"id": "1", "type": "complete"}]
            assert client.connection.close_code == 1001
    assert code == 0
    assert lines[0] == ":"
    assert [line for line in lines if line.startswith(": cursor ")] == [f": cursor {client.began['1']}"]
    assert [line for line in lines if line.startswith("event")] == ["event: complete"]
    url = sqlite_url_in(tmp_path)
    await verified(url)
    engine = LoopEngine(read_engine(url_of(url)))
    kept = {str(row["signal_id"]) for row in await rows(engine, tables.signals)}
    await engine.dispose()
    assert set(accepted) <= kept
