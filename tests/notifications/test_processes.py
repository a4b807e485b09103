"""Several processes share the work: one is killed, and nothing is lost, overtaken or told under two ids."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.client import DeskClient
from api.database_url import database_url
from api.persistence.engines import write_engine
from tests.api.desk import OPENING, instant
from tests.databases import make_file
from tests.loop_engine import LoopEngine
from tests.notifications.desks import STATES
from tests.notifications.receiver import Answer, Receiver, failing_every
from tests.prefork import Program
from tests.processes import Process, free_port, running, until, until_found
from tests.service.desks import verified

EVENTS = 1_000
ENOUGH_RENEWALS = 4
"""A lease is renewed three times before it would end."""
ADD = "mutation ($input: AddNotificationInput!) { addNotification(input: $input) { errors { message } } }"
ENABLE = "mutation { enable { errors { message } } }"
SIGNALS = """mutation ($input: ExecuteSignalsInput!) {
  executeSignals(input: $input) { results { signal { status } } errors { message } }
}"""
SETTINGS = """mutation ($input: UpdateSettingsInput!) { updateSettings(input: $input) { errors { message } } }"""


@contextmanager
def a_desk_process(url: str, port: int, folder: Path) -> Iterator[Process]:
    """A desk that serves; killed at the end."""
    module = "tests.notifications.desk_process"
    command = [sys.executable, "-m", module, url, str(port)]
    with running(command, folder=folder, program=Program(module)) as (process, _, _):
        yield process


@asynccontextmanager
async def a_client(port: int) -> AsyncIterator[DeskClient]:
    """A client of a desk, once that serves."""
    async with DeskClient(f"http://127.0.0.1:{port}/graphql", pauses=()) as client:
        async with httpx.AsyncClient() as http:

            async def is_ready() -> bool:
                try:
                    return (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
                except httpx.TransportError:
                    return False

            await until_found(is_ready, "it was not ready")
        yield client


async def many_events(client: DeskClient, count: int) -> None:
    """So many positions, each opened."""
    signal = {
        "symbol": "ACME",
        "side": "LONG",
        "timestamp": instant(OPENING),
        "marketPrice": "100",
        "stopLoss": "99",
        "quantity": "1",
    }
    for _ in range(count // 100):
        answer = await client.query(SIGNALS, {"input": {"signals": [signal] * 100}})
        statuses = {result["signal"]["status"] for result in answer["executeSignals"]["results"]}
        assert statuses == {"EXECUTED"}


async def prepared(client: DeskClient, receivers: dict[str, str]) -> None:
    """An account, and a target for each receiver."""
    assert (await client.query(ENABLE, {}))["enable"]["errors"] == []
    limits = {"maxHeatPercent": "5000", "maxCampaignRiskPercent": "5000", "leverage": "50"}
    assert (await client.query(SETTINGS, {"input": {"settings": limits}}))["updateSettings"]["errors"] == []
    for name, url in receivers.items():
        wanted = {"name": name, "url": url, "events": ["OPENED"]}
        assert (await client.query(ADD, {"input": wanted}))["addNotification"]["errors"] == []


async def standing(client: DeskClient, name: str) -> dict[str, Any]:
    """How a target stands."""
    states: list[dict[str, Any]] = (await client.query(STATES, {}))["notifications"]
    return next(state for state in states if state["name"] == name)


def in_order_of_first(ids: list[str]) -> list[str]:
    """Each id where it came first. Of one account, cursors compare as text."""
    return list(dict.fromkeys(ids))


@pytest.mark.postgres
async def test_of_two_processes_one_is_killed_and_each_event_arrives_in_order(
    postgres_url: str, tmp_path: Path
) -> None:
    with (
        Receiver(failing_every(3)) as receiver,
        Receiver() as steady,
        ExitStack() as stack,
    ):
        dead = f"http://127.0.0.1:{free_port()}/"
        ports = [free_port(), free_port()]
        first, _ = [stack.enter_context(a_desk_process(postgres_url, port, tmp_path)) for port in ports]
        async with a_client(ports[0]) as doomed, a_client(ports[1]) as client:
            await prepared(doomed, {"flaky": receiver.url, "well": steady.url, "dead": dead})
            await many_events(client, EVENTS // 2)
            await until(lambda: len(receiver.taken) >= EVENTS // 5, "too few arrived")
            await asyncio.to_thread(first.kill)
            await many_events(client, EVENTS // 2)
            await until(lambda: len(set(receiver.ids)) >= EVENTS, "not all arrived")
            await until(lambda: len(set(steady.ids)) >= EVENTS, "not all arrived")

            async def is_kept() -> bool:
                flaky, well = await standing(client, "flaky"), await standing(client, "well")
                return bool(flaky["pending"] == well["pending"] == 0)

            await until_found(is_kept, "it was not kept")
            state = await standing(client, "dead")
            assert (state["pending"], state["sent"], state["failed"]) == (EVENTS, 0, 0)
            assert state["attempts"] > 0
        for each in (receiver, steady):
            told = in_order_of_first(each.ids)
            assert len(told) == EVENTS
            assert told == sorted(told)
            bodies = {posted.id: posted.body for posted in each.taken}
            assert all(bodies[posted.id] == posted.body for posted in each.taken)
        attempted = in_order_of_first([posted.id for posted in receiver.attempts])
        assert attempted == in_order_of_first(receiver.ids)
    await verified(postgres_url)


@pytest.mark.postgres
async def test_what_is_long_in_sending_stays_with_the_process_that_sends_it(postgres_url: str, tmp_path: Path) -> None:
    """As what waits for its turn does: for longer than a process has a target unless it renews that."""
    renewals, may_answer = set[tuple[Any, ...]](), Event()

    def answer_late(_: int) -> Answer:
        may_answer.wait()
        return Answer()

    async def is_renewed() -> bool:
        renewals.update(await leases(postgres_url))
        return len(renewals) > ENOUGH_RENEWALS

    with Receiver(answer_late) as receiver, ExitStack() as stack:
        stack.callback(may_answer.set)
        ports = [free_port(), free_port()]
        for port in ports:
            stack.enter_context(a_desk_process(postgres_url, port, tmp_path))
        async with a_client(ports[0]) as client, a_client(ports[1]):
            await prepared(client, {"slow": receiver.url})
            await many_events(client, 100)
            await until(lambda: receiver.attempts != [], "nothing came")
            await until_found(is_renewed, "the lease was not renewed")
            assert len({owner for owner, _ in renewals}) == 1
            assert len(receiver.attempts) == 1
            may_answer.set()
            await until(lambda: len(receiver.taken) >= 100, "not all arrived")
        assert len(receiver.ids) == len(set(receiver.ids))


async def leases(url: str) -> list[tuple[Any, ...]]:
    """Who has which target, until when."""
    engine = LoopEngine(write_engine(database_url(url)))
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT lease_owner, lease_until FROM notification_targets"))
        rows = [tuple(row) for row in found]
    await engine.dispose()
    return rows


async def test_a_desk_on_sqlite_that_is_killed_goes_on_where_it_was(sqlite_url: str, tmp_path: Path) -> None:
    make_file(sqlite_url)
    url, port = sqlite_url.replace("+aiosqlite", ""), free_port()
    with Receiver(failing_every(3)) as receiver, ExitStack() as stack:
        process = stack.enter_context(a_desk_process(url, port, tmp_path))
        async with a_client(port) as client:
            await prepared(client, {"flaky": receiver.url})
            await many_events(client, EVENTS // 2)
            await until(lambda: len(receiver.taken) >= EVENTS // 5, "too few arrived")
        await asyncio.to_thread(process.kill)
        await asyncio.to_thread(process.wait)
        port = free_port()
        process = stack.enter_context(a_desk_process(url, port, tmp_path))
        async with a_client(port) as client:
            await many_events(client, EVENTS // 2)
            await until(lambda: len(set(receiver.ids)) >= EVENTS, "not all arrived")
        told = in_order_of_first(receiver.ids)
        assert len(told) == EVENTS
        assert told == sorted(told)
        process.terminate()
        await asyncio.to_thread(process.wait)
    await verified(sqlite_url)
