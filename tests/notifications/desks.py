"""Desks that tell people what happens, to receivers on this machine, and waste no time over it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx

from api.application.notifications.delivery import Patience
from api.bootstrap import running_desk
from api.choices import ClockKind
from api.clock import WallClock, wall_clock
from api.persistence.engines import read_engine
from api.settings import ServerSettings
from tests.api.desk import Client, Json, Trader, everything
from tests.databases import make_file
from tests.loop_engine import LoopEngine
from tests.notifications.receiver import Receiver
from tests.processes import until, until_found

QUICK = Patience(first_pause=0.01, longest_pause=0.05, lease=5.0, look=0.05, keep=0.05, settling=0, between=0)
"""Everything is tried again at once, as far as that goes."""
LOOPBACK = "127.0.0.0/8, ::1"
STATES = f"{{ notifications {{ {everything('NotificationState')} }} }}"


@asynccontextmanager
async def notifying_desk(
    url: str, *, wall: WallClock = wall_clock, patience: Patience = QUICK, private: str = LOOPBACK
) -> AsyncIterator[Client]:
    """A client of a desk that may send to this machine."""
    make_file(url)
    settings = ServerSettings(database_url=url, clock=ClockKind.MARKET, notify_private=private)
    engine = LoopEngine(read_engine(settings.database))
    async with (
        running_desk(settings, wall, patience) as desk,
        httpx.AsyncClient(transport=httpx.ASGITransport(desk.app), base_url="http://127.0.0.1") as http,
    ):
        yield Client(desk, http, engine)
    await engine.dispose()


async def a_trader(client: Client, account: str = "default", symbol: str = "ACME", **settings: Any) -> Trader:
    """An account that trades a symbol."""
    await client.do("enable", account=account, settings=settings)
    return Trader(client, account, symbol)


async def tell(client: Client, receiver: Receiver | str, *events: str, name: str = "phone", **content: Any) -> Json:
    """A notification that was added."""
    url = receiver if isinstance(receiver, str) else receiver.url
    payload = await client.do("addNotification", name=name, url=url, events=list(events), **content)
    assert payload["errors"] == []
    return payload


async def state(client: Client, name: str = "phone") -> Json:
    """How a notification stands."""
    [found] = [one for one in (await client.ask(STATES))["notifications"] if one["name"] == name]
    shown: Json = found
    return shown


async def until_taken(receiver: Receiver, count: int) -> None:
    """Until a receiver has taken so many."""
    await until(lambda: len(receiver.taken) >= count, f"{count} did not arrive")


async def until_kept(client: Client, sent: int, name: str = "phone") -> None:
    """Until it is kept that so many messages have arrived."""

    async def are_kept() -> bool:
        return bool((await state(client, name))["sent"] == sent)

    await until_found(are_kept, f"it was not kept that {sent} arrived")


class MovingWall:
    """A wall clock that can be moved on."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        """What it shows."""
        return wall_clock() + self._ahead

    def pass_time(self, **span: float) -> None:
        """Let time pass."""
        self._ahead += timedelta(**span)


def patient(**seconds: float) -> Patience:
    """A quick desk that waits in some respects."""
    return replace(QUICK, **seconds)
