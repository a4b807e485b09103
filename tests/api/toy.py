"""A small schema that exercises the transport: it knows nothing of trading."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import strawberry
from strawberry.schema.config import StrawberryConfig

from api.errors import Code
from api.graphql.errors import StreamClosed, coded
from api.graphql.execution.sharing import Renderings
from api.graphql.scalars import SCALARS


@strawberry.type
class Leaf:
    number: int

    @strawberry.field
    def leaves(self, first: int = 50) -> list["Leaf"]:
        return [Leaf(number=n) for n in range(first)]


@strawberry.type
class Tick:
    number: int
    renderings: strawberry.Private[Renderings] = field(default_factory=dict)

    @strawberry.field
    def executions(self, info: strawberry.Info["Desk", None]) -> int:
        info.context.executions += 1
        return info.context.executions

    @strawberry.field
    async def held(self, info: strawberry.Info["Desk", None]) -> int:
        info.context.started.set()
        await info.context.proceed.wait()
        return self.number

    @strawberry.field
    def echo(self, text: str | None) -> str | None:
        return text

    @strawberry.field
    def fault(self) -> int:
        raise RuntimeError("the password is swordfish")


@dataclass
class Desk:
    """The context of the toy schema: what its resolvers read, and what tests observe them by."""

    executions: int = 0
    written: list[int] = field(default_factory=list)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    proceed: asyncio.Event = field(default_factory=asyncio.Event)
    ticks: list[Tick] = field(default_factory=list)
    listening: int = 0
    ended: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def listener(self) -> AsyncIterator[None]:
        async with self.ended:
            self.listening += 1
            self.ended.notify_all()
        try:
            yield
        finally:
            async with self.ended:
                self.listening -= 1
                self.ended.notify_all()

    async def until_listening(self, count: int) -> None:
        async with self.ended:
            await asyncio.wait_for(self.ended.wait_for(lambda: self.listening == count), 10)


Info = strawberry.Info[Desk, None]


@strawberry.type
class Query:
    @strawberry.field
    def ping(self) -> str:
        return "pong"

    @strawberry.field
    def double(self, value: Decimal) -> Decimal:
        return value * 2

    @strawberry.field
    def time(self, value: datetime) -> datetime:
        return value

    @strawberry.field
    def leaves(self, first: int = 50) -> list[Leaf]:
        return [Leaf(number=n) for n in range(first)]

    @strawberry.field
    def fault(self) -> str | None:
        raise RuntimeError("the password is swordfish")

    @strawberry.field
    def hard_fault(self) -> str:
        raise RuntimeError("the password is swordfish")

    @strawberry.field
    def too_big(self) -> int | None:
        return 2**40

    @strawberry.field
    def refused(self) -> str | None:
        raise coded(Code.BAD_USER_INPUT, "That cursor is not ours.")


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def write(self, info: Info, number: int) -> int:
        info.context.started.set()
        await info.context.proceed.wait()
        info.context.written.append(number)
        return number


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, info: Info, to: int, after: str | None = None) -> AsyncGenerator[Tick, None]:
        async with info.context.listener():
            for number in range(int(after or 0) + 1, to + 1):
                yield Tick(number=number)

    @strawberry.subscription
    async def ticks(self, info: Info, after: str | None = None, scale: int = 1) -> AsyncGenerator[Tick, None]:
        for tick in info.context.ticks:
            yield tick

    @strawberry.subscription
    async def forever(self, info: Info) -> AsyncGenerator[Tick, None]:
        async with info.context.listener():
            yield Tick(number=1)
            await asyncio.Event().wait()

    @strawberry.subscription
    async def flood(self, info: Info, size: int = 10_000) -> AsyncGenerator[str, None]:
        async with info.context.listener():
            while True:
                yield "x" * size

    @strawberry.subscription
    async def closed(self) -> AsyncGenerator[Tick, None]:
        yield Tick(number=1)
        raise StreamClosed(Code.SLOW_CONSUMER, "You fell too far behind; resume from your cursor.")

    @strawberry.subscription
    async def broken(self) -> AsyncGenerator[Tick, None]:
        yield Tick(number=1)
        raise RuntimeError("the password is swordfish")


schema = strawberry.Schema(
    Query,
    Mutation,
    Subscription,
    config=StrawberryConfig(scalar_map=SCALARS),
)
