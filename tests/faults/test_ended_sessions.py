"""Database sessions are ended at random while commands come in: each answer is right, or UNAVAILABLE."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from sqlalchemy import make_url, select

from api.persistence.tables import signals, trades
from tests.faults.scale import sized
from tests.faults.small_desk import A_BAR
from tests.processes import Server, papertape, serving
from tests.rows import rows_of

TERMINATIONS = sized(30, 500)
LONGEST_PAUSE = 0.25
CLIENTS = 4
ANSWER_SECONDS = 60
IDS = uuid.UUID("5f0d8c6e-0000-4c57-9c3c-0d5a3f1a7b21")
TERMINATE = """SELECT count(*) FROM (SELECT pg_terminate_backend(pid) AS is_ended FROM (
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'papertape'
    ORDER BY random() LIMIT 1) AS chosen) AS ended WHERE is_ended"""

ENABLE = "mutation ($input: EnableInput!) { enable(input: $input) { errors { code } } }"
INGEST = "mutation ($input: IngestBarsInput!) { ingestBars(input: $input) { applied errors { code } } }"
POSITION = "status quantity openQuantity entryPrice lastPrice realizedPnl commission"
EXECUTE = f"""mutation ($input: ExecuteSignalInput!) {{ executeSignal(input: $input) {{
  signal {{ signalId status }} position {{ id {POSITION} }} errors {{ code message }} }} }}"""
CLOSE = f"""mutation ($input: ClosePositionInput!) {{ closePosition(input: $input) {{
  position {{ {POSITION} }} trade {{ realizedPnl exitPrice commission slippage }} errors {{ code message }} }} }}"""
CANCEL = """mutation ($input: CancelSignalInput!) { cancelSignal(input: $input) {
  signal { status position { id } } errors { code message } } }"""
RESUME = """mutation ($input: ResumeInput!) { resume(input: $input) {
  account { equity cash realizedPnl tradeCount openPositions workingSignals } errors { code message } } }"""
RESET = """mutation ($input: ResetInput!) { reset(input: $input) {
  account { equity tradeCount session { number } } endedSession { number tradeCount realizedPnl }
  errors { code message } } }"""
LOOK = """query ($of: String!) { account(name: $of) { equity cash tradeCount openPositions }
  positions(account: $of) { totalCount } trades(account: $of) { totalCount } }"""


def in_cents(cents: int) -> str:
    """An amount in cents, as the API writes it."""
    sign, whole = "-" if cents < 0 else "", abs(cents)
    text = f"{sign}{whole // 100}.{whole % 100:02}"
    return text.rstrip("0").rstrip(".")


@dataclass
class Client:
    """Trades on one account; every command has an id and is sent until it is answered.

    It buys one share at 100.02 for 0.005 and sells it at 99.98 for the same: each round trip costs five cents.
    """

    http: httpx.AsyncClient
    name: str
    counted: Counter[str]
    numbers: Any = field(default_factory=count)
    session: int = 1
    trips: int = 0
    sent: list[str] = field(default_factory=list)

    def next_id(self) -> str:
        return str(uuid.uuid5(IDS, f"{self.name} {next(self.numbers)}"))

    async def send_until_answered(self, document: str, **content: Any) -> dict[str, Any]:
        """The payload, sent again with the same id until there is one."""
        variables = {"input": {"account": self.name, "id": self.next_id(), **content}}
        while True:
            answer = await self.ask(document, variables)
            if answer is not None:
                payload: dict[str, Any] = next(iter(answer.values()))
                assert payload.pop("errors") == [], payload
                return payload

    async def ask(self, document: str, variables: dict[str, Any]) -> dict[str, Any] | None:
        """The data of an answer; None where it is UNAVAILABLE, the only error allowed."""
        answer = (await self.http.post("/graphql", json={"query": document, "variables": variables})).json()
        kind = document.partition(" ")[0]
        if "errors" in answer:
            assert {error["extensions"]["code"] for error in answer["errors"]} == {"UNAVAILABLE"}, answer
            self.counted[f"{kind} unavailable"] += 1
            return None
        self.counted[f"{kind} right"] += 1
        data: dict[str, Any] = answer["data"]
        return data

    async def round_trip(self) -> None:
        levels = {"symbol": "ACME", "side": "LONG", "stopLoss": "95", "target1": "105", "quantity": "1"}
        bought = await self.send_until_answered(EXECUTE, **levels)
        self.sent.append(bought["signal"]["signalId"])
        assert bought["signal"]["status"] == "EXECUTED"
        position_id = bought["position"].pop("id")
        figures = {"quantity": "1", "entryPrice": "100.02", "lastPrice": "100"}
        assert bought["position"] == {
            **figures,
            "status": "OPEN",
            "openQuantity": "1",
            "realizedPnl": "0",
            "commission": "0.005",
        }
        sold = await self.send_until_answered(CLOSE, positionId=position_id)
        assert sold["position"] == {
            **figures,
            "status": "CLOSED",
            "openQuantity": "0",
            "realizedPnl": "-0.05",
            "commission": "0.01",
        }
        assert sold["trade"] == {"realizedPnl": "-0.05", "exitPrice": "99.98", "commission": "0.01", "slippage": "0.04"}
        self.trips += 1

    async def cancel_a_limit(self) -> None:
        levels = {"symbol": "ACME", "side": "LONG", "stopLoss": "80", "target1": "105", "quantity": "1"}
        waiting = await self.send_until_answered(EXECUTE, **levels, entry="LIMIT", entryPrice="90")
        self.sent.append(waiting["signal"]["signalId"])
        assert (waiting["signal"]["status"], waiting["position"]) == ("WORKING", None)
        ended = await self.send_until_answered(CANCEL, signalId=waiting["signal"]["signalId"])
        assert ended["signal"] == {"status": "CANCELLED", "position": None}

    async def check_account(self) -> None:
        totals = (await self.send_until_answered(RESUME))["account"]
        cash = in_cents(100_000_00 - 5 * self.trips)
        assert totals == {
            "equity": cash,
            "cash": cash,
            "realizedPnl": in_cents(-5 * self.trips),
            "tradeCount": self.trips,
            "openPositions": 0,
            "workingSignals": 0,
        }
        seen = await self.ask(LOOK, {"of": self.name})
        if seen is not None:
            assert seen == {
                "account": {"equity": cash, "cash": cash, "tradeCount": self.trips, "openPositions": 0},
                "positions": {"totalCount": self.trips},
                "trades": {"totalCount": self.trips},
            }

    async def reset(self) -> None:
        done = await self.send_until_answered(RESET)
        assert done["endedSession"] == {
            "number": self.session,
            "tradeCount": self.trips,
            "realizedPnl": in_cents(-5 * self.trips),
        }
        self.session, self.trips = self.session + 1, 0
        assert done["account"] == {"equity": "100000", "tradeCount": 0, "session": {"number": self.session}}

    async def work(self, done: asyncio.Event) -> None:
        while not done.is_set():
            await self.round_trip()
            await self.cancel_a_limit()
            await self.check_account()
            if self.trips == 5:
                await self.reset()


async def terminate(url: str) -> int:
    """End the server's sessions one after another, at random; how many were ended."""
    admin = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    chance, ended = random.Random(TERMINATIONS), 0
    while ended < TERMINATIONS:
        await asyncio.sleep(chance.uniform(0, LONGEST_PAUSE))
        ended += await admin.fetchval(TERMINATE)
    await admin.close()
    return ended


async def trade_while_terminating(server: Server, url: str, counted: Counter[str]) -> list[Client]:
    async with httpx.AsyncClient(base_url=str(server.http.base_url), timeout=ANSWER_SECONDS) as http:
        clients = [Client(http, f"client-{number}", counted) for number in range(CLIENTS)]
        done = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for client in clients:
                tasks.create_task(client.work(done))
            counted["terminations"] += await terminate(url)
            done.set()
        for client in clients:
            await client.check_account()
    return clients


def test_while_its_sessions_are_ended_every_answer_is_right_or_unavailable_and_each_command_is_done_once(
    postgres_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    counted: Counter[str] = Counter()
    with serving("--database-url", postgres_url, "--clock", "market", folder=tmp_path) as server:
        for number in range(CLIENTS):
            server.query(ENABLE, input={"account": f"client-{number}"})
        server.query(INGEST, input={"bars": [A_BAR]})
        clients = asyncio.run(trade_while_terminating(server, postgres_url, counted))
        assert server.stop() == 0
    verified = papertape("verify", "--database-url", postgres_url, folder=tmp_path)
    assert (verified.code, verified.err) == (0, ""), verified.out
    kept, completed = rows_of(postgres_url, select(signals.c.signal_id), select(trades.c.signal_id))
    ids = [str(row.signal_id) for row in kept]
    assert Counter(ids) == Counter(signal for client in clients for signal in client.sent)
    assert 2 * len(completed) == len(ids)
    assert counted["mutation right"] >= 5 * CLIENTS
    for name, number in sorted(counted.items()):
        record_property(name, number)
