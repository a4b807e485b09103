"""A real server on a free port, in the test's own event loop."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp
from websockets.asyncio.client import ClientConnection, connect

from api.graphql.execution.operations import Operations
from api.graphql.transport.http import GraphQLApp
from api.graphql.transport.limits import TransportLimits
from api.server.sockets import bound_sockets
from tests.api.toy import Desk, schema


class Server(uvicorn.Server):
    """A server without the loop that watches for signals and renews the date of its answers."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        [listener] = bound_sockets("127.0.0.1", 0)
        host, port = listener.getsockname()
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup([listener])
        await self.on_tick(0)
        try:
            yield f"{host}:{port}"
        finally:
            await self.shutdown([listener])


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    config = uvicorn.Config(app, log_level="critical", lifespan="off", interface="asgi3", timeout_graceful_shutdown=2)
    async with Server(config).running() as address:
        yield address


def app_for(desk: Desk, token: str | None = None, **times: Any) -> GraphQLApp:
    return GraphQLApp(
        Operations(schema),
        context=lambda connection: desk,
        ide=None,
        authorize=lambda authorization: token is None or authorization == f"Bearer {token}",
        transport=TransportLimits(**times),
    )


@asynccontextmanager
async def serving(desk: Desk, **times: Any) -> AsyncIterator[str]:
    async with served(Starlette(routes=app_for(desk, **times).routes())) as address:
        yield address


class Client:
    """A client of the graphql-transport-ws protocol that speaks in messages; `began` has where its streams begin."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.began: dict[str, str] = {}

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        """The next message that is not where a stream begins."""
        while True:
            message: dict[str, Any] = json.loads(await asyncio.wait_for(self.connection.recv(), 10))
            if not self.heeds(message):
                return message

    def heeds(self, message: dict[str, Any]) -> bool:
        """Whether a message says where a stream begins, which is noted."""
        match message:
            case {"type": "ping", "payload": {"id": str(id_), "cursor": str(cursor)}}:
                self.began[id_] = cursor
                return True
        return False

    async def initialise(self, **payload: Any) -> None:
        await self.send(type="connection_init", payload=payload)
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, id_: str, query: str, **variables: Any) -> None:
        await self.send(id=id_, type="subscribe", payload={"query": query, "variables": variables})

    async def closed(self) -> tuple[int | None, str | None]:
        await asyncio.wait_for(self.connection.wait_closed(), 10)
        return self.connection.close_code, self.connection.close_reason


@asynccontextmanager
async def connected(address: str, *, initialised: bool = True, **options: Any) -> AsyncIterator[Client]:
    options = {"subprotocols": ["graphql-transport-ws"], "compression": None, **options}
    async with connect(f"ws://{address}/graphql", **options) as connection:
        client = Client(connection)
        if initialised:
            await client.initialise()
        yield client
