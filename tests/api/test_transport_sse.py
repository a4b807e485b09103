"""Operations over server-sent events, as `curl -N` sees them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from structlog.testing import capture_logs

from tests.api.serving import app_for, served, serving
from tests.api.toy import Desk

STREAM = {"accept": "text/event-stream"}
FOREVER = "subscription { forever { number } }"
COMPLETE = "event: complete\ndata:"


def tick(field: str, number: int) -> str:
    return f'event: next\ndata: {{"data":{{"{field}":{{"number":{number}}}}}}}'


async def events(response: httpx.Response) -> AsyncIterator[str]:
    """Everything between empty lines, heartbeats too."""
    text = ""
    async for chunk in response.aiter_text():
        *whole, text = (text + chunk).split("\n\n")
        for event in whole:
            yield event


@asynccontextmanager
async def streaming(address: str, query: str, method: str = "POST") -> AsyncIterator[httpx.Response]:
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=STREAM) as client:
        payload = {"json": {"query": query}} if method == "POST" else {"params": {"query": query}}
        async with client.stream(method, "/graphql", **payload) as response:  # type: ignore[arg-type]
            yield response


async def events_of(query: str, method: str = "POST") -> list[str]:
    async with serving(Desk()) as address, streaming(address, query, method) as response:
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        return [event async for event in events(response) if event != ":"]


async def test_a_subscription_streams_and_completes() -> None:
    assert await events_of("subscription { count(to: 2) { number } }") == [tick("count", 1), tick("count", 2), COMPLETE]


async def test_a_subscription_may_come_by_get() -> None:
    assert await events_of("subscription { count(to: 1) { number } }", "GET") == [tick("count", 1), COMPLETE]


async def test_a_query_is_a_stream_of_one() -> None:
    assert await events_of("{ ping }") == ['event: next\ndata: {"data":{"ping":"pong"}}', COMPLETE]


async def test_an_operation_that_cannot_run_is_a_stream_of_its_errors() -> None:
    [event, complete] = await events_of("subscription { nothing }")
    assert event.startswith('event: next\ndata: {"errors":[{"message":"Cannot query field')
    assert '"GRAPHQL_VALIDATION_FAILED"' in event
    assert complete == COMPLETE


async def test_a_subscription_whose_variables_do_not_fit_is_a_stream_of_its_errors() -> None:
    [event, complete] = await events_of("subscription ($to: Int!) { count(to: $to) { number } }")
    assert '"BAD_USER_INPUT"' in event
    assert complete == COMPLETE


async def test_a_source_that_closes_says_why() -> None:
    assert await events_of("subscription { closed { number } }") == [
        tick("closed", 1),
        'event: next\ndata: {"errors":[{"message":"You fell too far behind; resume from your cursor.",'
        '"extensions":{"code":"SLOW_CONSUMER"}}]}',
        COMPLETE,
    ]


async def test_a_source_that_breaks_is_masked() -> None:
    with capture_logs() as logs:
        assert await events_of("subscription { broken { number } }") == [
            tick("broken", 1),
            'event: next\ndata: {"errors":[{"message":"Internal error","extensions":{"code":"INTERNAL"}}]}',
            COMPLETE,
        ]
    assert [entry["event"] for entry in logs] == ["fault in a resolver"]


async def test_a_quiet_stream_sends_heartbeats() -> None:
    async with serving(Desk(), heartbeat=0.01) as address, streaming(address, FOREVER) as response:
        stream = events(response)
        received = [await anext(stream) for _ in range(5)]
    assert sorted(received) == [":", ":", ":", ":", tick("forever", 1)]


async def test_a_client_that_goes_away_ends_its_source() -> None:
    desk = Desk()
    async with serving(desk) as address:
        async with streaming(address, FOREVER):
            await desk.until_listening(1)
        await desk.until_listening(0)


async def test_a_client_that_stops_reading_is_freed() -> None:
    desk = Desk()
    async with serving(desk, send_timeout=0.1) as address:
        listening = asyncio.create_task(desk.until_listening(1))
        with capture_logs():
            async with streaming(address, "subscription { flood(size: 1000000) }"):
                await listening
                await desk.until_listening(0)


async def test_a_closing_server_completes_its_streams() -> None:
    desk = Desk()
    app = app_for(desk)
    async with served(Starlette(routes=app.routes())) as address, streaming(address, FOREVER) as response:
        await desk.until_listening(1)
        await app.close()
        assert [event async for event in events(response) if event != ":"] == [tick("forever", 1), COMPLETE]
    assert desk.listening == 0


async def test_a_closing_server_still_sends_the_answer_of_a_mutation() -> None:
    desk = Desk()
    app = app_for(desk)
    async with (
        served(Starlette(routes=app.routes())) as address,
        streaming(address, "mutation { write(number: 7) }") as response,
    ):
        await desk.started.wait()
        closing = asyncio.create_task(app.close())
        desk.proceed.set()
        received = [event async for event in events(response) if event != ":"]
        await closing
    assert received == ['event: next\ndata: {"data":{"write":7}}', COMPLETE]


async def test_a_closing_server_does_not_wait_for_a_client_that_stopped_reading() -> None:
    desk = Desk()
    app = app_for(desk, send_timeout=60, farewell=0.05)
    with capture_logs():
        async with (
            served(Starlette(routes=app.routes())) as address,
            streaming(address, "subscription { flood(size: 1000000) }"),
        ):
            await desk.until_listening(1)
            async with asyncio.timeout(5):
                await app.close()
            assert desk.listening == 0
