"""Durable signals over HTTP at 64 connections: ours, the usual pick, and the limit, on each kind of database."""

import json
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.benchmarks import desk
from tests.benchmarks.client import connections, load, post
from tests.benchmarks.desk import Holding
from tests.benchmarks.measure import Sample, Series, interleaved, quotients
from tests.benchmarks.processes import Served, yardstick
from tests.benchmarks.report import LIMIT, OURS, USUAL
from tests.benchmarks.run import Run
from tests.benchmarks.yardsticks.models import fill_tables

CONNECTIONS = 64
SYMBOLS = 50
HOLDING = Holding.evenly(0, CONNECTIONS, SYMBOLS)
ENTRY_PRICE = Decimal("100.02")

Encode = Callable[[dict[str, str]], bytes]
Decode = Callable[[bytes], dict[str, str]]


def signal(account: str, number: int) -> dict[str, str]:
    """A new signal of one share, at its own price."""
    return {
        "id": str(uuid.uuid4()),
        "account": account,
        "symbol": desk.symbol(number % SYMBOLS),
        "side": "LONG",
        "marketPrice": "100",
        "stopLoss": "50",
        "target1": "1000",
        "quantity": "1",
    }


def as_graphql(content: dict[str, str]) -> bytes:
    """A signal for a desk."""
    return post("/graphql", desk.graphql(desk.SIGNAL, {"input": content}))


def as_json(content: dict[str, str]) -> bytes:
    """A signal for a yardstick."""
    return post("/signals", json.dumps(content).encode())


def answered(answer: bytes) -> dict[str, str]:
    """What a yardstick answered."""
    decoded: dict[str, str] = json.loads(answer)
    return decoded


@dataclass
class Sender:
    """Sends signals to a server, and counts those that were answered right.

    Each sample has connections of its own, for a server ends those that are idle while others have their turn.
    """

    server: Served
    url: str
    connections: int
    encode: Encode
    decode: Decode
    answered: int = 0

    def requests(self, account: str, most: int = 1 << 62) -> Iterator[bytes]:
        """Signals of an account, without end or so many."""
        return (self.encode(signal(account, number)) for number in range(most))

    async def sample(self, seconds: float) -> Sample:
        """Signals for so long, of an account for each connection."""
        return await self.taken([self.requests(desk.account(index)) for index in range(self.connections)], seconds)

    async def taken(self, requests: list[Iterator[bytes]], seconds: float = 1e9) -> Sample:
        """What requests took; each must be answered as executed, at the right price."""
        async with connections(self.server.port, len(requests)) as clients:
            before = self.server.cpu
            answers, taken = await load(clients, requests, seconds)
            cpu = self.server.cpu - before
        executions = [execution for answer in answers for execution in self.executions(answer)]
        for execution in executions:
            assert execution["status"] == "EXECUTED", execution
            assert Decimal(execution["entryPrice"]) == ENTRY_PRICE, execution
        self.answered += len(executions)
        return Sample(len(executions), taken, cpu)

    def executions(self, answer: bytes) -> list[dict[str, str]]:
        """What an answer tells of signals."""
        return [self.decode(answer)]

    async def check_durable(self, already: int = 0) -> None:
        """Kill the server, and count what is in the database."""
        self.server.kill()
        assert await desk.rows(self.url, "positions") == already + self.answered
        assert await desk.rows(self.url, "signals") >= self.answered


def send_to_desk(stack: ExitStack, url: str, folder: Path, number: int, workers: int = 1) -> Sender:
    """A desk on a database, asked over so many connections."""
    return Sender(stack.enter_context(desk.serving(url, folder, workers)), url, number, as_graphql, desk.executed)


def send_to_yardstick(stack: ExitStack, module: str, url: str, folder: Path, number: int) -> Sender:
    """A yardstick on a database, asked over so many connections."""
    return Sender(stack.enter_context(yardstick(module, url, folder)), url, number, as_json, answered)


async def in_memory(run: Run) -> None:
    """On a folder in RAM: what is left is CPU."""
    await _on_files(run, run.ram, "executeSignal over HTTP, 64 connections, RAM", (4, 15))


async def on_disk(run: Run) -> None:
    """On a disk, with synchronous=FULL."""
    await _on_files(run, run.disk, "executeSignal over HTTP, 64 connections, disk", (10, 25))


async def _on_files(run: Run, folder: Path, work: str, target: tuple[float, float]) -> None:
    usual = f"sqlite+aiosqlite:///{folder}/usual-{uuid.uuid4().hex}.sqlite3"
    limit = f"sqlite:///{folder}/limit-{uuid.uuid4().hex}.sqlite3"
    await _compare(run, folder, work, target, [await run.filled.copy(HOLDING, folder), usual, limit])


async def on_postgres(run: Run) -> None:
    """On PostgreSQL, with its default of synchronous_commit=on."""
    if run.postgres is None:
        run.report.note("left out, for want of PostgreSQL: executeSignal on PostgreSQL")
        return
    urls = [await run.postgres.create_async() for _ in range(3)]
    await desk.fill(desk.postgres_url(urls[0]), HOLDING)
    await _compare(run, run.ram, "executeSignal over HTTP, 64 connections, PostgreSQL", (5, 15), urls)


async def on_one_connection(run: Run) -> None:
    """One after another on one connection, on a folder in RAM: the CPU of each, which no other shares."""
    usual = f"sqlite+aiosqlite:///{run.ram}/usual-{uuid.uuid4().hex}.sqlite3"
    await fill_usual(usual)
    with ExitStack() as stack:
        ours = send_to_desk(stack, await run.filled.copy(HOLDING, run.ram), run.ram, 1)
        theirs = send_to_yardstick(stack, "usual_pick", usual, run.ram, 1)
        series = await sampled(run, {OURS: ours, USUAL: theirs})
    work = "executeSignal over HTTP, 1 connection, RAM"
    for name, taken in series.items():
        run.report.add(work, name, taken)
    ratio = quotients(series[OURS].cpus, series[USUAL].cpus)
    run.report.add_ratio(f"{work}, CPU", "usual pick", ratio, 1 / 3, 1 / 6, at_least=False)


async def fill_usual(url: str) -> None:
    """Give the usual pick the accounts and prices that a desk begins with."""
    accounts = [(name, 0) for name, _ in HOLDING.accounts]
    await fill_tables(url, accounts, [desk.symbol(index) for index in range(SYMBOLS)], desk.PRICE)


async def _compare(run: Run, folder: Path, work: str, target: tuple[float, float], urls: list[str]) -> None:
    ours, usual, limit = urls
    await fill_usual(usual)
    with ExitStack() as stack:
        senders = {
            OURS: send_to_desk(stack, desk.postgres_url(ours), folder, CONNECTIONS),
            USUAL: send_to_yardstick(stack, "usual_pick", usual, folder, CONNECTIONS),
            LIMIT: send_to_yardstick(stack, "limit", limit, folder, CONNECTIONS),
        }
        series = await sampled(run, senders)
    for name, taken in series.items():
        run.report.add(work, name, taken)
    ratio = quotients(series[OURS].rates, series[USUAL].rates)
    run.report.add_ratio(work, "usual pick's rate", ratio, *target, at_least=True)


async def sampled(run: Run, senders: Mapping[str, Sender]) -> Mapping[str, Series]:
    """Samples of all, whose servers are killed at the end: what they answered must be there."""
    series = await interleaved({name: _timed(sender, run.seconds) for name, sender in senders.items()}, run.rounds)
    for sender in senders.values():
        await sender.check_durable()
    return series


def _timed(sender: Sender, seconds: float) -> Callable[[], Awaitable[Sample]]:
    return lambda: sender.sample(seconds)
