"""Subscribers that lose their connection again and again, and resume after their last cursor."""

import asyncio
import json
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PROTOCOL = Subprotocol("graphql-transport-ws")
STREAMS = {"POSITION": "positionEvents", "SIGNAL": "signalEvents", "TRADE": "tradeEvents"}


@dataclass
class Follower:
    """One subscriber of one stream of an account, at whichever server it meets."""

    addresses: list[str]
    account: str
    stream: str
    after: str
    chance: random.Random
    counted: Counter[str]
    longest_connection: float
    seen: list[str] = field(default_factory=list)
    """The cursors of the events received, without repetitions."""

    @property
    def newest(self) -> str:
        return self.seen[-1] if self.seen else self.after

    async def follow(self) -> None:
        """Connect, resume, read for a while, and drop the connection; without end."""
        while True:
            with suppress(ConnectionClosed, TimeoutError, OSError):
                await self._connect(self.chance.uniform(0.3, 1) * self.longest_connection)
            self.counted["reconnects"] += 1

    async def _connect(self, seconds: float) -> None:
        address = self.chance.choice(self.addresses)
        socket = await connect(f"ws://{address}/graphql", subprotocols=[PROTOCOL], compression=None)
        try:
            async with asyncio.timeout(seconds):
                await self._read(socket)
        finally:
            socket.transport.abort()

    async def _read(self, socket: ClientConnection) -> None:
        field_ = STREAMS[self.stream]
        query = f"subscription($a: String!, $c: String!) {{ {field_}(account: $a, after: $c) {{ cursor kind }} }}"
        if self.stream == "SIGNAL":
            query = query.replace(" kind", "")
        variables = {"a": self.account, "c": self.newest}
        await socket.send(json.dumps({"type": "connection_init"}))
        subscribe = {"id": "1", "type": "subscribe", "payload": {"query": query, "variables": variables}}
        await socket.send(json.dumps(subscribe))
        async for text in socket:
            self._take(json.loads(text), field_)

    def _take(self, message: dict[str, Any], field_: str) -> None:
        assert message["type"] in ("connection_ack", "next", "ping"), message
        if message["type"] != "next":
            return
        event = message["payload"]["data"][field_]
        if event.get("kind") == "UPDATED":
            return
        self.counted["deliveries"] += 1
        assert event["cursor"] > self.newest, "an event came out of order, or twice on one connection"
        self.seen.append(event["cursor"])
