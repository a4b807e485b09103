"""A desk with hooks, a clock that the test sets, and those who send alerts to it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from api.choices import ClockKind
from tests.api.desk import Client, Json, desk_on, everything, instant

NOW = datetime(2024, 1, 2, 15, 0, tzinfo=UTC)
_NUMBERS = count(1)


@dataclass(slots=True)
class Clock:
    """A wall clock."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(slots=True)
class Answer:
    """What an alert was answered with."""

    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class HookedDesk:
    """A desk, an account on it with a symbol at 100, and a hook to that."""

    client: Client
    wall: Clock
    account: str
    symbol: str
    hook: str = ""
    path: str = ""

    async def make_hook(self, **options: Any) -> Json:
        """Make another hook, for alerts from here on; the payload."""
        self.hook = f"hook-{next(_NUMBERS)}"
        payload = await self.client.do("createHook", name=self.hook, account=self.account, **options)
        assert payload["errors"] == []
        self.path = payload["path"]
        return payload

    async def post(self, body: str | bytes, path: str | None = None) -> Answer:
        response = await self.client.http.post(path or self.path, content=body)
        return Answer(response.status_code, response.json(), dict(response.headers))

    async def deliveries(self, *names: str) -> list[tuple[Any, ...]]:
        """Some fields of the hook's deliveries, the oldest first."""
        query = f"""query ($hook: String!) {{
          hookDeliveries(hook: $hook, first: 100) {{ nodes {{ {everything("HookDelivery")} }} }}
        }}"""
        nodes = (await self.client.ask(query, hook=self.hook))["hookDeliveries"]["nodes"]
        return [tuple(node[name] for name in names) for node in reversed(nodes)]

    async def positions(self, *names: str) -> list[tuple[Any, ...]]:
        """Some fields of the account's positions, the oldest first."""
        query = f"""query ($account: String!) {{
          positions(account: $account, orderBy: OLDEST) {{ nodes {{ {" ".join(names)} }} }}
        }}"""
        nodes = (await self.client.ask(query, account=self.account))["positions"]["nodes"]
        return [tuple(node[name] for name in names) for node in nodes]

    async def signals(self, *names: str) -> list[tuple[Any, ...]]:
        """Some fields of the account's signals, the oldest first."""
        query = f"query ($account: String!) {{ signals(account: $account) {{ nodes {{ {' '.join(names)} }} }} }}"
        nodes = (await self.client.ask(query, account=self.account))["signals"]["nodes"]
        return [tuple(node[name] for name in names) for node in reversed(nodes)]

    async def signal_count(self) -> int:
        query = "query ($account: String!) { signals(account: $account) { totalCount } }"
        found: int = (await self.client.ask(query, account=self.account))["signals"]["totalCount"]
        return found


@asynccontextmanager
async def hooked_desk(database_url: str, wall: Clock | None = None) -> AsyncIterator[HookedDesk]:
    """A desk on the wall clock, without costs, for as long as the context lasts."""
    clock = wall or Clock()
    async with desk_on(database_url, ClockKind.WALL, clock) as client:
        yield await newcomer(client, clock)


async def newcomer(client: Client, wall: Clock) -> HookedDesk:
    """An account of the test's own, with a symbol of its own."""
    number = next(_NUMBERS)
    desk = HookedDesk(client, wall, f"account-{number}", f"SYM{number}")
    settings = {"useRealisticFills": False, "maxTradeRiskPercent": "100", "maxHeatPercent": "100"}
    assert (await client.do("enable", account=desk.account, settings=settings))["errors"] == []
    await client.do("ingestQuotes", quotes=[{"symbol": desk.symbol, "time": instant(wall.now), "price": "100"}])
    await desk.make_hook()
    return desk


def alert(desk: HookedDesk, **fields: Any) -> str:
    """An alert about the desk's symbol, at its price, of now."""
    return json.dumps({"ticker": desk.symbol, "price": "100", "timenow": instant(NOW), **fields})
