"""What an extension opens for an operation is seen by that operation and by no other."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextvars import ContextVar

import strawberry
from strawberry.extensions import SchemaExtension

from api.graphql.execution.executor import Schema
from api.graphql.execution.operations import OperationRequest, Operations

snapshot: ContextVar[str] = ContextVar("snapshot")


class Snapshot(SchemaExtension):
    async def on_operation(self) -> AsyncIterator[None]:
        token = snapshot.set(self.execution_context.operation_name or "")
        yield
        snapshot.reset(token)


async def seen() -> str:
    before = snapshot.get("none")
    await asyncio.sleep(0)
    assert snapshot.get("none") == before
    return before


@strawberry.type
class Query:
    seen: str = strawberry.field(resolver=seen)


@strawberry.type
class Mutation:
    seen: str = strawberry.field(resolver=seen)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def seen(self) -> AsyncGenerator[str, None]:
        yield snapshot.get("none")


operations = Operations(Schema(Query, Mutation, Subscription, extensions=[Snapshot]))


async def answered(kind: str, name: str) -> str:
    operation = operations.prepare(OperationRequest(f"{kind} {name} {{ seen }}", None, name))
    return (await operations.answer(operation, None)).text


async def test_concurrent_operations_each_see_their_own() -> None:
    named = [(kind, f"{kind}{n}") for n in range(3) for kind in ("query", "mutation")]
    answers = await asyncio.gather(*(asyncio.create_task(answered(kind, name)) for kind, name in named))
    assert answers == [f'{{"data":{{"seen":"{name}"}}}}' for _, name in named]
    assert snapshot.get("none") == "none"


async def test_a_subscription_runs_outside_of_what_extensions_open() -> None:
    operation = operations.prepare(OperationRequest("subscription s { seen }", None, None))
    assert [text async for text in await operations.subscribe(operation, None)] == ['{"data":{"seen":"none"}}']
