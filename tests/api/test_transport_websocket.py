"""The graphql-transport-ws protocol, and clients that break it, stop reading, or disconnect."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs
from websockets.exceptions import ConnectionClosed

from tests.api.serving import Client, app_for, connected, served, serving
from tests.api.toy import Desk

TOKEN = "horse"  # noqa: S105
FOREVER = "subscription { forever { number } }"


def tick(id_: str, field: str, number: int) -> dict[str, Any]:
    return {"id": id_, "type": "next", "payload": {"data": {field: {"number": number}}}}


def error(message: dict[str, Any]) -> tuple[str, str, str]:
    assert message["type"] == "error"
    [only] = message["payload"]
    return message["id"], only["extensions"]["code"], only["message"]


async def ping_endlessly(client: Client) -> None:
    with suppress(ConnectionClosed):
        while True:
            await client.send(type="ping")
            await asyncio.sleep(0)  # for the server, which runs in the same loop


async def test_a_subscription_streams_and_completes() -> None:
    async with serving(Desk()) as address, connected(address) as client:
        await client.subscribe("a", "subscription ($to: Int!) { count(to: $to) { number } }", to=2)
        assert [await client.receive() for _ in range(3)] == [
            tick("a", "count", 1),
            tick("a", "count", 2),
            {"id": "a", "type": "complete"},
        ]


async def test_operations_of_one_connection_run_side_by_side() -> None:
    async with serving(Desk()) as address, connected(address) as client:
        await client.subscribe("a", FOREVER)
        assert await client.receive() == tick("a", "forever", 1)
        await client.subscribe("b", "{ ping }")
        assert await client.receive() == {"id": "b", "type": "next", "payload": {"data": {"ping": "pong"}}}
        assert await client.receive() == {"id": "b", "type": "complete"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "GRAPHQL_PARSE_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription ($to: Int!) { count(to: $to) { number } }", "BAD_USER_INPUT"),
        ("query ($v: Decimal!) { double(value: $v) }", "BAD_USER_INPUT"),
        ("{ leaves { leaves { leaves { leaves { number } } } } }", "LIMIT_EXCEEDED"),
    ],
)
async def test_an_operation_that_cannot_run_ends_alone(query: str, code: str) -> None:
    async with serving(Desk()) as address, connected(address) as client:
        await client.subscribe("bad", query)
        assert error(await client.receive())[:2] == ("bad", code)
        await client.subscribe("good", "{ ping }")
        assert (await client.receive())["payload"] == {"data": {"ping": "pong"}}


async def test_a_source_that_closes_says_why() -> None:
    async with serving(Desk()) as address, connected(address) as client:
        await client.subscribe("a", "subscription { closed { number } }")
        assert await client.receive() == tick("a", "closed", 1)
        assert error(await client.receive()) == (
            "a",
            "SLOW_CONSUMER",
            "You fell too far behind; resume from your cursor.",
        )


async def test_a_source_that_breaks_is_logged_and_masked() -> None:
    with capture_logs() as logs:
        async with serving(Desk()) as address, connected(address) as client:
            await client.subscribe("a", "subscription { broken { number } }")
            assert await client.receive() == tick("a", "broken", 1)
            assert error(await client.receive()) == ("a", "INTERNAL", "Internal error")
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("fault in a resolver", "error")]


async def test_a_fault_in_a_field_of_an_event_leaves_the_stream_open() -> None:
    async with serving(Desk()) as address, connected(address) as client:
        with capture_logs():
            await client.subscribe("a", "subscription { count(to: 2) { number fault } }")
            messages = [await client.receive() for _ in range(3)]
    assert [message["type"] for message in messages] == ["next", "next", "complete"]
    assert "swordfish" not in json.dumps(messages)


async def test_completing_a_subscription_ends_its_source() -> None:
    desk = Desk()
    async with serving(desk) as address, connected(address) as client:
        await client.subscribe("a", FOREVER)
        assert await client.receive() == tick("a", "forever", 1)
        await desk.until_listening(1)
        await client.send(id="a", type="complete")
        await desk.until_listening(0)
        await client.subscribe("a", "{ ping }")
        assert (await client.receive())["payload"] == {"data": {"ping": "pong"}}


async def test_a_client_that_goes_away_ends_its_sources() -> None:
    desk = Desk()
    async with serving(desk) as address:
        async with connected(address) as client:
            await client.subscribe("a", FOREVER)
            await client.subscribe("b", FOREVER)
            await desk.until_listening(2)
            client.connection.transport.abort()
        await desk.until_listening(0)


async def test_pings_are_answered_with_their_payload() -> None:
    async with serving(Desk()) as address, connected(address, initialised=False) as client:
        await client.send(type="ping")
        assert await client.receive() == {"type": "pong"}
        await client.send(type="ping", payload={"n": 1})
        assert await client.receive() == {"type": "pong", "payload": {"n": 1}}
        await client.send(type="pong")
        await client.initialise()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("[]", 4400),
        ("3", 4400),
        ('"x"', 4400),
        ("null", 4400),
        ("{", 4400),
        ("[" * 100_000, 4400),
        ("{}", 4400),
        ('{"type": "start"}', 4400),
        ('{"type": ["ping"]}', 4400),
        ('{"type": "ping", "payload": 3}', 4400),
        ('{"type": "subscribe", "payload": {"query": "{ ping }"}}', 4400),
        ('{"type": "subscribe", "id": 1, "payload": {"query": "{ ping }"}}', 4400),
        ('{"type": "subscribe", "id": "", "payload": {"query": "{ ping }"}}', 4400),
        ('{"type": "subscribe", "id": "a"}', 4400),
        ('{"type": "subscribe", "id": "a", "payload": []}', 4400),
        ('{"type": "subscribe", "id": "a", "payload": {"query": 3}}', 4400),
        ('{"type": "subscribe", "id": "a", "payload": {"query": "{ ping }", "variables": 3}}', 4400),
        ('{"type": "complete", "id": {}}', 4400),
        ('{"type": "connection_init"}', 4429),
        (b"{}", 1003),
    ],
)
async def test_a_frame_that_breaks_the_protocol_closes_the_connection(frame: str | bytes, code: int) -> None:
    desk = Desk()
    async with serving(desk) as address, connected(address) as client:
        await client.subscribe("z", FOREVER)
        await desk.until_listening(1)
        await client.connection.send(frame)
        assert (await client.closed())[0] == code
        await desk.until_listening(0)


async def test_a_subscription_before_the_acknowledgement_is_unauthorized() -> None:
    async with serving(Desk()) as address, connected(address, initialised=False) as client:
        await client.subscribe("a", "{ ping }")
        assert await client.closed() == (4401, "Unauthorized")


async def test_an_id_may_not_be_used_twice_at_once() -> None:
    async with serving(Desk()) as address, connected(address) as client:
        await client.subscribe("a", FOREVER)
        await client.subscribe("a", "{ ping }")
        assert await client.closed() == (4409, "Subscriber for a already exists")


async def test_a_client_that_says_nothing_is_closed() -> None:
    async with (
        serving(Desk(), connection_init_timeout=0.05) as address,
        connected(address, initialised=False) as client,
    ):
        assert await client.closed() == (4408, "Connection initialisation timeout")


async def test_a_client_that_only_pings_is_closed_at_the_initialisation_timeout() -> None:
    async with (
        serving(Desk(), connection_init_timeout=0.2) as address,
        connected(address, initialised=False) as client,
    ):
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            group.create_task(ping_endlessly(client))
            with suppress(ConnectionClosed):
                async for _ in client.connection:
                    pass
        assert await client.closed() == (4408, "Connection initialisation timeout")


async def test_the_older_subprotocol_is_not_supported() -> None:
    async with (
        serving(Desk()) as address,
        connected(address, initialised=False, subprotocols=["graphql-ws"]) as client,
    ):
        assert client.connection.subprotocol is None
        assert await client.closed() == (4406, "Subprotocol not acceptable")


async def test_a_frame_that_is_too_big_closes_the_connection() -> None:
    async with serving(Desk(), frame_size=200) as address, connected(address) as client:
        await client.send(type="ping", payload={"x": "x" * 200})
        assert await client.closed() == (1009, "Message too big")


async def test_a_frame_of_too_many_values_closes_the_connection() -> None:
    async with serving(Desk()) as address, connected(address) as client:
        await client.subscribe("a", "{ ping }", much=[0] * 120_000)
        assert await client.closed() == (1009, "Message too big")


async def test_a_connection_runs_a_bounded_number_of_operations() -> None:
    async with serving(Desk(), operations_per_connection=1) as address, connected(address) as client:
        await client.subscribe("a", FOREVER)
        assert await client.receive() == tick("a", "forever", 1)
        await client.subscribe("b", "{ ping }")
        assert error(await client.receive()) == (
            "b",
            "LIMIT_EXCEEDED",
            "A connection runs at most 1 operations at a time.",
        )


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
async def test_a_token_may_come_with_the_first_message(name: str) -> None:
    routes = app_for(Desk(), token=TOKEN).routes()
    async with served(Starlette(routes=routes)) as address:
        async with connected(address, initialised=False) as client:
            await client.initialise(**{name: f"Bearer {TOKEN}"})
        async with connected(address, additional_headers={"Authorization": f"Bearer {TOKEN}"}) as client:
            await client.send(type="ping")
            assert await client.receive() == {"type": "pong"}
        async with connected(address, initialised=False) as client:
            await client.send(type="connection_init", payload={name: "Bearer mule"})
            assert await client.closed() == (4403, "Forbidden")


async def test_a_mutation_finishes_though_its_socket_drops() -> None:
    desk = Desk()
    app = app_for(desk)
    async with served(Starlette(routes=app.routes())) as address:
        async with connected(address) as client:
            await client.subscribe("a", "mutation { write(number: 7) }")
            await desk.started.wait()
            client.connection.transport.abort()
        assert desk.written == []
        desk.proceed.set()
        await app.drain()
    assert desk.written == [7]


async def test_a_mutation_finishes_though_it_is_completed_by_its_client() -> None:
    desk = Desk()
    app = app_for(desk)
    async with served(Starlette(routes=app.routes())) as address, connected(address) as client:
        await client.subscribe("a", "mutation { write(number: 7) }")
        await desk.started.wait()
        await client.send(id="a", type="complete")
        await client.send(type="ping")
        assert await client.receive() == {"type": "pong"}
        desk.proceed.set()
        await app.drain()
    assert desk.written == [7]


async def test_a_client_that_stops_reading_is_freed() -> None:
    desk = Desk()
    async with serving(desk, send_timeout=0.1) as address, connected(address, max_queue=1) as client:
        await client.subscribe("a", "subscription { flood(size: 1000000) }")
        await desk.until_listening(1)
        await desk.until_listening(0)
        client.connection.transport.abort()


async def test_a_closing_server_completes_subscriptions_and_still_sends_answers() -> None:
    desk = Desk()
    app = app_for(desk, grace=60)
    async with served(Starlette(routes=app.routes())) as address, connected(address) as client:
        await client.subscribe("stream", FOREVER)
        assert await client.receive() == tick("stream", "forever", 1)
        await client.subscribe("write", "mutation { write(number: 7) }")
        await desk.started.wait()
        closing = asyncio.create_task(app.close())
        assert await client.receive() == {"id": "stream", "type": "complete"}
        await client.subscribe("late", "{ ping }")
        assert error(await client.receive()) == ("late", "SHUTTING_DOWN", "The server is shutting down.")
        desk.proceed.set()
        assert await client.receive() == {"id": "write", "type": "next", "payload": {"data": {"write": 7}}}
        assert await client.receive() == {"id": "write", "type": "complete"}
        await closing
        assert await client.closed() == (1001, "The server is shutting down")
        assert desk.listening == 0


async def test_a_closed_server_takes_no_more_connections() -> None:
    app = app_for(Desk())
    async with served(Starlette(routes=app.routes())) as address:
        await app.close()
        async with connected(address, initialised=False) as client:
            assert await client.closed() == (1001, "The server is shutting down")


async def test_a_closing_server_does_not_wait_for_a_client_that_stopped_reading() -> None:
    desk = Desk()
    app = app_for(desk, send_timeout=60, farewell=0.05)
    async with served(Starlette(routes=app.routes())) as address, connected(address, max_queue=1) as client:
        await client.subscribe("a", "subscription { flood(size: 1000000) }")
        await desk.until_listening(1)
        async with asyncio.timeout(5):
            await app.close()
        assert desk.listening == 0
        client.connection.transport.abort()
