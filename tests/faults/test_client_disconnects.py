"""A client that disconnects, or a request that is cancelled, at any moment: its mutation is done once, or not begun."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import httpx
import pytest
from starlette.types import Message

from api.server.running_desk import RunningDesk
from tests.faults.fault_injection import Fault, Steps
from tests.faults.small_desk import signal_json
from tests.loop_engine import LoopEngine
from tests.service.desks import desk_on, verified

pytestmark = pytest.mark.usefixtures("quiet")

ENABLE = "mutation { enable { errors { code } } }"
INGEST = """mutation ($input: IngestBarsInput!) { ingestBars(input: $input) { applied duplicate errors { code } } }"""
EXECUTE = """mutation ($input: ExecuteSignalInput!) {
  executeSignal(input: $input) { replayed errors { code } position { openQuantity lastPrice } } }"""
COUNTS = "{ signals { totalCount } positions { totalCount } }"
OPENING = datetime(2024, 3, 1, 14, 30, tzinfo=UTC)
PRICES = {"open": "99", "high": "100.5", "low": "98.5", "close": "100"}


def bar_json(number: int) -> dict[str, Any]:
    start = OPENING + timedelta(hours=number)
    times = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
    return {"bars": [{"symbol": "ACME", **times, **PRICES}]}


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mutation, its nth input, and the field of its payload that shows a repetition."""

    document: str
    input: Callable[[int], dict[str, Any]]
    name: str
    repeated: tuple[str, object]


MUTATIONS = [
    Mutation(EXECUTE, signal_json, "executeSignal", ("replayed", True)),
    Mutation(INGEST, bar_json, "ingestBars", ("duplicate", 1)),
]


@dataclass
class Call:
    """One request, straight into the application, whose client can disconnect."""

    body: bytes
    accept: str
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    is_sent: bool = False
    messages: list[Message] = field(default_factory=list)

    @property
    def scope(self) -> dict[str, Any]:
        headers = {"host": "127.0.0.1", "content-type": "application/json", "accept": self.accept}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        place = {"path": "/graphql", "raw_path": b"/graphql", "query_string": b"", "root_path": ""}
        return {"type": "http", "method": "POST", "http_version": "1.1", "scheme": "http", "headers": raw, **place}

    async def receive(self) -> Message:
        await asyncio.sleep(0)
        if not self.is_sent:
            self.is_sent = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        await asyncio.sleep(0)
        self.messages.append(message)

    def disconnect(self, connection: object) -> None:
        """Disconnect while the server waits for the database on `connection`."""
        self.loop.call_soon_threadsafe(self.gone.set)


@dataclass
class Suspended:
    """A coroutine that calls a function at its nth suspension."""

    coroutine: Coroutine[Any, Any, None]
    at: int
    callback: Callable[[], object] | None = None
    suspensions: int = 0

    def __await__(self) -> Generator[Any, Any, None]:
        step: Callable[[], Any] = partial(self.coroutine.send, None)
        while True:
            try:
                awaited = step()
            except StopIteration:
                return
            self.suspensions += 1
            if self.suspensions == self.at and self.callback is not None:
                self.callback()
            try:
                yield awaited
            except BaseException as thrown:  # noqa: BLE001 - whatever is thrown in is passed on
                step = partial(self.coroutine.throw, thrown)
            else:
                step = partial(self.coroutine.send, None)


@dataclass(frozen=True)
class Caller:
    """Sends requests to a desk."""

    desk: RunningDesk
    http: httpx.AsyncClient

    async def execute(self, document: str, input_: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = await self.http.post("/graphql", json={"query": document, "variables": {"input": input_}})
        data: dict[str, Any] = answer.json()["data"]
        return data

    def call(self, mutation: Mutation, number: int, accept: str) -> Call:
        return Call(
            json.dumps({"query": mutation.document, "variables": {"input": mutation.input(number)}}).encode(), accept
        )

    async def is_known(self, mutation: Mutation, number: int) -> bool:
        """Once everything begun has ended, whether the same mutation again is a repetition."""
        await self.desk.graphql.drain()
        payload = (await self.execute(mutation.document, mutation.input(number)))[mutation.name]
        assert payload["errors"] == []
        name, value = mutation.repeated
        return bool(payload[name] == value)


async def opened(desk: RunningDesk, http: httpx.AsyncClient) -> Caller:
    caller = Caller(desk, http)
    await caller.execute(ENABLE)
    await caller.execute(INGEST, bar_json(0))
    return caller


def http_to(desk: RunningDesk) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(desk.app), base_url="http://127.0.0.1")


mutations = pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)


@mutations
async def test_a_client_that_disconnects_at_any_step_undoes_nothing(
    database_url: str, mutation: Mutation, record_property: Callable[[str, object], None]
) -> None:
    """It asks for the answer as an event stream, so that the server notices at once."""
    async with desk_on(database_url) as desk, http_to(desk) as http:
        caller, steps = await opened(desk, http), Steps()
        engines = (
            LoopEngine(desk.services.dispatcher.writer._committer._database._engine),
            LoopEngine(desk.services.reader._database._engine),
        )
        with steps.of(*engines):
            for number in count(1):
                call = caller.call(mutation, number, "text/event-stream")
                steps.arm(Fault("disconnected", call.disconnect), number)
                await desk.app(call.scope, call.receive, call.send)
                has_disconnected = steps.was_injected
                assert await caller.is_known(mutation, number)
                if not has_disconnected:
                    break
        record_property("steps", number - 1)
        assert number > 3
        await assert_done_once_each(caller, mutation, number)
    await verified(database_url)


@mutations
async def test_a_request_that_is_cancelled_at_any_await_is_done_once_or_not_begun(
    database_url: str, mutation: Mutation, record_property: Callable[[str, object], None]
) -> None:
    outcomes: list[bool] = []
    async with desk_on(database_url) as desk, http_to(desk) as http:
        caller = await opened(desk, http)
        for number in count(1):
            call = caller.call(mutation, number, "application/json")
            suspended = Suspended(desk.app(call.scope, call.receive, call.send), number)  # type: ignore[arg-type]
            running = asyncio.create_task(awaited(suspended))
            suspended.callback = running.cancel
            await asyncio.wait([running])
            outcomes.append(await caller.is_known(mutation, number))
            if not running.cancelled():
                break
        record_property("awaits", number - 1)
        assert set(outcomes) == {False, True}
        assert outcomes == sorted(outcomes)
        await assert_done_once_each(caller, mutation, number)
    await verified(database_url)


async def awaited(suspended: Suspended) -> None:
    await suspended


async def assert_done_once_each(caller: Caller, mutation: Mutation, number: int) -> None:
    """Each signal once, however often it was sent."""
    signals = number if mutation.name == "executeSignal" else 0
    assert await caller.execute(COUNTS) == {"signals": {"totalCount": signals}, "positions": {"totalCount": signals}}
