"""An agent in the protocol's own client, and desks in process for it to trade on."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from mcp import Client

from api.agents.desk_access import DeskAccess
from api.agents.previews import Previews
from api.agents.server import make_server
from api.bootstrap import running_desk
from api.choices import AgentScope, ClockKind
from api.client import DeskClient
from api.settings import ServerSettings
from tests.databases import make_file

URL = "http://127.0.0.1"
ENABLE = "mutation ($account: String!) { enable(input: { account: $account }) { errors { message } } }"
INGEST = "mutation ($bars: [BarInput!]!) { ingestBars(input: { bars: $bars }) { applied errors { message } } }"

Json = dict[str, Any]


class Agent:
    """Calls tools as a model's host does."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def tools(self) -> list[str]:
        """The names of the tools that are listed."""
        return [tool.name for tool in (await self.client.list_tools()).tools]

    async def does(self, tool: str, **arguments: object) -> Json:
        """What a tool answers; the client holds it against the tool's schema."""
        result = await self.client.call_tool(tool, arguments)
        assert isinstance(result.structured_content, dict)
        assert not result.is_error, result.structured_content
        return result.structured_content

    async def fails(self, tool: str, **arguments: object) -> tuple[str, str]:
        """The code and the sentence with which a call is declined."""
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error, result.structured_content
        assert isinstance(result.structured_content, dict)
        assert result.structured_content.keys() == {"code", "message"}
        return result.structured_content["code"], result.structured_content["message"]

    async def buys(self, **changes: object) -> Json:
        """What executing a preview of a hundred ACME answers; changes are those of the signal."""
        signal = {"symbol": "ACME", "side": "LONG", "quantity": "100", "stopLoss": "95", "target1": "110", **changes}
        previewed = await self.does("preview", **signal)
        return await self.does("execute", previewId=previewed["previewId"])


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def a_bar(day: int, low: str = "99", high: str = "101", close: str = "100", symbol: str = "ACME") -> Mapping[str, str]:
    """A daily bar of March 2024 that opens at 100 or as near to that as it may."""
    opening = max(min("100", high, key=float), low, key=float)
    times = {"start": f"2024-03-{day:02}T14:30:00Z", "end": f"2024-03-{day:02}T21:00:00Z"}
    return {"symbol": symbol, **times, "open": opening, "high": high, "low": low, "close": close}


@asynccontextmanager
async def a_way_to_a_desk(folder: Path, *accounts: str) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """The way to a desk on the market's clock, where ACME is at 100, with accounts (or one, "default")."""
    settings = ServerSettings(database_url=f"sqlite:///{folder / 'desk.sqlite3'}", clock=ClockKind.MARKET)
    make_file(settings.database_url)
    async with running_desk(settings) as desk:
        transport = httpx.ASGITransport(desk.app)
        async with DeskClient(URL, transport=transport) as client:
            await ingest(client, a_bar(1))
            for account in accounts or ("default",):
                await client.query(ENABLE, {"account": account})
        yield transport


@asynccontextmanager
async def a_desk(folder: Path, *accounts: str) -> AsyncIterator[DeskClient]:
    """A client of such a desk."""
    async with a_way_to_a_desk(folder, *accounts) as transport, DeskClient(URL, transport=transport) as client:
        yield client


async def ingest(client: DeskClient, *bars: Mapping[str, str]) -> None:
    """Show the desk bars."""
    answer = (await client.query(INGEST, {"bars": bars}))["ingestBars"]
    assert answer == {"applied": len(bars), "errors": []}


@asynccontextmanager
async def an_agent(
    client: DeskClient,
    allowed: AgentScope = AgentScope.TRADE,
    accounts: Sequence[str] = (),
    previews: Previews | None = None,
) -> AsyncIterator[Agent]:
    """An agent of a desk."""
    server = make_server(DeskAccess(client, accounts, previews), allowed)
    async with Client(server) as connected:
        yield Agent(connected)


@asynccontextmanager
async def an_agent_on_a_desk(
    folder: Path, allowed: AgentScope = AgentScope.TRADE
) -> AsyncIterator[tuple[Agent, DeskClient]]:
    """An agent of a fresh desk, and the client by which the test shows the desk its market."""
    async with a_desk(folder) as client, an_agent(client, allowed) as agent:
        yield agent, client
