"""Clients that stop reading, and clients that vanish, cost the others nothing, and are disconnected before long."""

import asyncio
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.faults.bad_clients import messages
from tests.faults.other_host import NETWORK, OtherHost, other_host
from tests.faults.random_client import ask
from tests.faults.scale import sized
from tests.processes import Server, serving, wait_until

BAD = sized(15, 200)
HEALTHY = sized(5, 50)
TOKEN = "open-sesame-and-more"  # noqa: S105 - of a server that lives for a minute
GONE_SECONDS = 45
STOP_SECONDS = 15
QUOTE_SECONDS = 0.02
WARM_EVENTS = 100
MEMORY_PERCENT = 10
HEADERS = {"Authorization": f"Bearer {TOKEN}"}

ENABLE = "mutation { enable { errors { code } } }"
INGEST = "mutation($input: IngestQuotesInput!) { ingestQuotes(input: $input) { applied } }"
EXECUTE = """mutation { executeSignal(input: {
  symbol: "ACME", side: LONG, stopLoss: "50", target1: "900", quantity: "10" }) { errors { code } } }"""


@dataclass
class Market:
    """A price that moves all the time, and when each was sent."""

    http: httpx.AsyncClient
    url: str
    minute: int = 0
    sent: dict[str, float] = field(default_factory=dict)

    async def quote(self) -> None:
        self.minute += 1
        price = f"100.{self.minute:06}".rstrip("0").rstrip(".")
        hour, minute = divmod(self.minute // 60, 60)
        stamp = f"2024-03-{4 + hour // 24:02}T{hour % 24:02}:{minute:02}:{self.minute % 60:02}Z"
        self.sent[price] = time.monotonic()
        await ask(self.http, self.url, INGEST, input={"quotes": [{"symbol": "ACME", "time": stamp, "price": price}]})

    async def move(self) -> None:
        while True:
            await self.quote()
            await asyncio.sleep(QUOTE_SECONDS)


async def healthy(address: str, market: Market, delays: list[float]) -> None:
    """Read every event at once, and note how old its price is."""
    uri, protocols = f"ws://{address}/graphql", ["graphql-transport-ws"]
    async with connect(uri, subprotocols=protocols, additional_headers=HEADERS, compression=None) as socket:  # type: ignore[arg-type]
        for message in messages():
            await socket.send(json.dumps(message))
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "next":
                price = message["payload"]["data"]["positionEvents"]["position"]["lastPrice"]
                delays.append(time.monotonic() - market.sent[price])


def subscribers(server: Server) -> int:
    """How many subscriptions the server says are open."""
    metrics = server.http.get("/metrics", headers=HEADERS).text
    return int(float(re.findall(r"^papertape_stream_subscribers (\S+)$", metrics, re.MULTILINE)[0]))


def resident(server: Server) -> int:
    """Its resident memory, KiB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0])


def sockets(server: Server) -> int:
    """The number of its open sockets."""
    count = 0
    for entry in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            count += entry.readlink().name.startswith("socket:")
    return count


@contextmanager
def frozen(address: str, count: int) -> Iterator[None]:
    """Clients that read nothing, for as long as the context lasts."""
    command = [sys.executable, "-m", "tests.faults.bad_clients", address, TOKEN, str(count), "busy", "idle"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    with ended(process):
        yield


@contextmanager
def ended(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Wait until a process is ready, and kill it at the end."""
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield
    finally:
        process.kill()
        process.communicate()


@contextmanager
def vanishing(host: OtherHost, address: str, count: int) -> Iterator[None]:
    """Clients on another host."""
    with ended(host.popen("tests.faults.bad_clients", address, TOKEN, str(count), "busy", "idle", "sse")):
        yield


@contextmanager
def a_desk(host: OtherHost, folder: Path) -> Iterator[Server]:
    """A server that other hosts may reach, each with as many connections as it likes."""
    options = ("--host", host.here, "--trusted-proxy", NETWORK, "--clock", "market")
    environment = {"PAPERTAPE_TOKEN": TOKEN, "PAPERTAPE_ALLOCATOR": "malloc"}
    with serving(*options, folder=folder, environment=environment) as server:
        yield server


async def beside_bad_clients(server: Server, host: OtherHost, note: Callable[[str, object], None]) -> None:
    address = f"{host.here}:{server.port}"
    delays: list[float] = []
    async with httpx.AsyncClient(headers=HEADERS, timeout=30) as http:
        market = Market(http, server.url)
        await ask(http, server.url, ENABLE)
        await market.quote()
        await ask(http, server.url, EXECUTE)
        watching = [asyncio.create_task(healthy(address, market, delays)) for _ in range(HEALTHY)]
        moving = asyncio.create_task(market.move())
        await until(server, lambda: len(delays) >= WARM_EVENTS * HEALTHY)
        await until(server, lambda: subscribers(server) == HEALTHY)
        before, open_before = resident(server), sockets(server)

        def are_gone(server: Server) -> bool:
            return (subscribers(server), sockets(server)) == (HEALTHY, open_before)

        delays.clear()
        with frozen(address, BAD), vanishing(host, address, BAD):
            await until(server, lambda: subscribers(server) == HEALTHY + 2 * BAD)
            note("subscribers", HEALTHY + 2 * BAD)
            most = resident(server)
            host.pull_the_cable()
            started = time.monotonic()
            await until(server, lambda: are_gone(server) and resident(server) <= before * (100 + MEMORY_PERCENT) / 100)
            note("all freed after s", round(time.monotonic() - started, 1))
        note("resident KiB", f"{before} -> {most} -> {resident(server)}")
        for name, value in (("median", statistics.median(delays)), ("largest", max(delays))):
            note(f"{name} delay of the healthy ms", round(value * 1_000, 1))
        note("events delivered", len(delays))
        assert all(not client.done() for client in (*watching, moving))
        with frozen(address, BAD):
            await until(server, lambda: subscribers(server) == HEALTHY + BAD)
            moving.cancel()
            await stopped(server, note)
        with suppress(ConnectionClosed):
            await asyncio.gather(*watching)


async def until(server: Server, condition: Callable[[], Any]) -> None:
    """Wait for a condition, no longer than bad clients may stay connected."""
    await asyncio.to_thread(wait_until, condition, "the server kept what it should let go", GONE_SECONDS)


async def stopped(server: Server, note: Callable[[str, object], None]) -> None:
    """Stop the server beside clients that read nothing."""
    started = time.monotonic()
    server.process.terminate()
    assert await asyncio.to_thread(server.process.wait, STOP_SECONDS) == 0
    note("stopped after s", round(time.monotonic() - started, 1))


async def test_frozen_and_vanished_clients_are_disconnected_and_disturb_nobody(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with other_host() as host, a_desk(host, tmp_path) as server:
        await beside_bad_clients(server, host, record_property)
