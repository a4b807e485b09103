"""An event for many subscribers is executed and encoded once for all that sent the same operation."""

import asyncio
import json
from typing import Any

import pytest

from api.graphql.execution.operations import Operations
from api.graphql.execution.requests import OperationRequest
from api.graphql.execution.responses import OperationRejected
from tests.api.toy import Desk, Tick, schema

WITH_CURSOR = (
    "subscription ($cursor: String, $scale: Int! = 1) { ticks(after: $cursor, scale: $scale) { number executions } }"
)


async def subscribed(desk: Desk, query: str = WITH_CURSOR, name: str | None = None, **variables: Any) -> list[Any]:
    operations = Operations(schema)
    operation = operations.prepare(OperationRequest(query, variables, name))
    return [json.loads(text) async for text in await operations.subscribe(operation, desk)]


def a_desk(*numbers: int) -> Desk:
    return Desk(ticks=[Tick(number=number) for number in numbers])


async def test_subscribers_who_ask_the_same_share_one_execution() -> None:
    desk = a_desk(1, 2)
    streams = await asyncio.gather(*(subscribed(desk) for _ in range(50)))
    assert desk.executions == 2
    assert all(
        stream
        == [
            {"data": {"ticks": {"number": 1, "executions": 1}}},
            {"data": {"ticks": {"number": 2, "executions": 2}}},
        ]
        for stream in streams
    )


async def test_the_cursor_that_a_subscriber_resumes_from_makes_no_difference() -> None:
    desk = a_desk(1)
    assert await subscribed(desk, cursor="0001") == await subscribed(desk, cursor="0002") == await subscribed(desk)
    assert desk.executions == 1


async def test_variables_that_are_not_declared_make_no_difference() -> None:
    desk = a_desk(1)
    assert await subscribed(desk, nonsense=1) == await subscribed(desk, nonsense=2)
    assert desk.executions == 1


@pytest.mark.parametrize("other", [{"scale": 2}, {"query": WITH_CURSOR + " "}])
async def test_subscribers_who_ask_differently_share_nothing(other: dict[str, Any]) -> None:
    desk = a_desk(1)
    await subscribed(desk)
    await subscribed(desk, **other)
    assert desk.executions == 2


async def test_operations_of_one_document_share_nothing() -> None:
    desk = a_desk(1)
    both = "subscription a { ticks { number executions } } subscription b { ticks { executions } }"
    assert await subscribed(desk, both, "a") == [{"data": {"ticks": {"number": 1, "executions": 1}}}]
    assert await subscribed(desk, both, "b") == [{"data": {"ticks": {"executions": 2}}}]


async def test_subscribers_whose_cursor_is_used_elsewhere_too_share_nothing() -> None:
    desk = a_desk(1)
    query = "subscription ($c: String) { ticks(after: $c) { executions echo(text: $c) } }"
    assert await subscribed(desk, query, c="x") == [{"data": {"ticks": {"executions": 1, "echo": "x"}}}]
    assert await subscribed(desk, query, c="y") == [{"data": {"ticks": {"executions": 2, "echo": "y"}}}]


async def test_a_slow_execution_is_shared_and_outlives_the_subscriber_that_started_it() -> None:
    desk = a_desk(1)
    query = "subscription { ticks { number executions held } }"
    first, second = asyncio.create_task(subscribed(desk, query)), asyncio.create_task(subscribed(desk, query))
    await desk.started.wait()
    first.cancel()
    desk.proceed.set()
    assert await second == [{"data": {"ticks": {"number": 1, "executions": 1, "held": 1}}}]
    assert desk.executions == 1


async def test_subscribers_who_get_event_objects_of_their_own_share_nothing() -> None:
    desk = Desk()
    query = "subscription { count(to: 1) { executions } }"
    assert await subscribed(desk, query) == [{"data": {"count": {"executions": 1}}}]
    assert await subscribed(desk, query) == [{"data": {"count": {"executions": 2}}}]


async def test_a_subscription_that_cannot_begin_says_why() -> None:
    with pytest.raises(OperationRejected) as rejected:
        await subscribed(a_desk(1), scale="x")
    assert rejected.value.response.code == "BAD_USER_INPUT"
