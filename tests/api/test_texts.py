"""What many documents ask of one event is made once for all of them, and is as graphql-core makes it."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
import strawberry
from graphql import GraphQLObjectType
from strawberry.schema.config import StrawberryConfig

from api.choices import ExecutionKind
from api.graphql.compiled.texts import NewestTexts
from api.graphql.execution.operations import Operations
from api.graphql.execution.reference import ReferenceSubscription
from api.graphql.execution.requests import OperationRequest
from api.graphql.library_internals import graphql_schema
from api.graphql.scalars import SCALARS


@strawberry.enum
class Size(Enum):
    LARGE = "large"


@strawberry.type
class Part:
    name: str | None
    weight: Decimal = Decimal("1.50")

    @strawberry.field
    def repeated(self, times: int) -> list[str]:
        return [str(self.name)] * times


@strawberry.type
class Thing:
    source: str = "hand"
    size: Size = Size.LARGE
    made_at: datetime = datetime(2024, 1, 2, tzinfo=UTC)
    numbers: list[int | None] = field(default_factory=lambda: [1, None, 3])
    part: Part = field(default_factory=lambda: Part(name='"ä'))
    missing: Part | None = None
    no_parts: list[Part] | None = None
    parts: list[Part | None] = field(default_factory=lambda: [Part(name=None), None, Part(name="b")])

    @strawberry.field
    def first(self, name: str) -> Part:
        return Part(name=name)

    @strawberry.field
    async def later(self) -> list[Part]:
        await asyncio.sleep(0)
        return [self.part]


@strawberry.type
class Query:
    thing: Thing


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def things(self, info: strawberry.Info[list[Thing], None]) -> AsyncGenerator[Thing, None]:
        for thing in info.context:
            yield thing

    @strawberry.subscription
    async def maybe(self, info: strawberry.Info[list[Thing], None]) -> AsyncGenerator[Thing | None, None]:
        yield None
        yield info.context[0]


SCHEMA = strawberry.Schema(Query, subscription=Subscription, config=StrawberryConfig(scalar_map=SCALARS))
EVERYTHING = """{ __typename source size madeAt numbers part { name weight twice: repeated(times: 2) } missing { name }
  noParts { name } parts { weight name } first(name: "x") { name weight repeated(times: 1) } }"""


async def responses(query: str, things: list[Thing], way: ExecutionKind = ExecutionKind.COMPILED) -> list[str]:
    operations = Operations(SCHEMA, way)
    operation = operations.prepare(OperationRequest(query, {}, None))
    return [text async for text in await operations.subscribe(operation, things)]


@pytest.mark.parametrize(
    "query",
    [
        f"subscription {{ things {EVERYTHING} }}",
        f"subscription {{ all: things {EVERYTHING} }}",
        f"subscription {{ maybe {EVERYTHING} }}",
        "subscription { things { later { name repeated(times: 2) } part { name } } }",
    ],
)
async def test_an_event_is_told_as_graphql_core_tells_it(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    things = [Thing(), Thing(part=Part(name="other"))]
    expected = await responses(query, things, ExecutionKind.REFERENCE)
    monkeypatch.setattr(ReferenceSubscription, "render", None)
    assert len(expected) == 2
    assert await responses(query, things) == expected


async def test_what_an_event_should_have_and_has_not_is_left_to_graphql_core() -> None:
    nothing: Any = None
    things, query = (
        [Thing(part=nothing), Thing(parts=nothing)],
        "subscription { things { part { name } parts { name } } }",
    )
    assert await responses(query, things) == await responses(query, things, ExecutionKind.REFERENCE)


async def test_different_documents_read_a_field_of_an_event_once() -> None:
    thing = Thing()
    assert await responses("subscription { things { part { weight } } }", [thing]) == [
        '{"data":{"things":{"part":{"weight":"1.5"}}}}'
    ]
    thing.part.weight = Decimal(2)
    assert await responses("subscription { things { part { heavy: weight } } }", [thing]) == [
        '{"data":{"things":{"part":{"heavy":"1.5"}}}}'
    ]


def test_texts_are_kept_of_the_newest_events() -> None:
    kind = graphql_schema(SCHEMA).type_map["Thing"]
    assert isinstance(kind, GraphQLObjectType)
    newest, things = NewestTexts(kind), [Thing() for _ in range(65)]
    texts = [newest.of(thing) for thing in things[:64]]
    assert [newest.of(thing) for thing in things[:64]] == texts
    assert newest.of(things[64]) is newest.of(things[64])
    assert newest.of(things[0]) is not texts[0]
