"""A query whose connection breaks is repeated whole on another: its parts are of one snapshot."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from api.application.read_model import Reader
from api.authorization.principal import OPERATOR
from api.database_url import database_url as url_of
from api.graphql.context import Context
from api.graphql.schema import make_operations
from api.graphql.transport.http import GraphQLApp
from api.persistence.database import Database
from api.persistence.engines import read_engine
from tests.api.desk import OPENING, Client, Json, desk_on, newcomer
from tests.faults.fault_injection import Fault, StepKind, Steps, faults_of
from tests.faults.scale import sized
from tests.loop_engine import LoopEngine

pytestmark = pytest.mark.usefixtures("quiet")

QUERY = """query ($of: String!) {
  account(name: $of) { equity openPositions }
  positions(account: $of) { totalCount nodes { lastPrice } }
  trades(account: $of) { nodes { realizedPnl excursion { adverse } } }
}"""


@asynccontextmanager
async def with_a_reader_of_its_own(url: str) -> AsyncIterator[tuple[Client, Client, Steps]]:
    """A client of a desk, another whose queries use an engine of their own, and the steps taken there."""
    engine, steps = LoopEngine(read_engine(url_of(url))), Steps()
    async with desk_on(url) as client:
        services, reader = client.desk.services, Reader(Database(engine.sync_engine))
        services = replace(services, reader=reader, dispatcher=replace(services.dispatcher, reader=reader))
        app = GraphQLApp(
            make_operations(), context=lambda _: Context(services, OPERATOR), ide=None, authorize=lambda _: True
        )
        transport = httpx.ASGITransport(Starlette(routes=app.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            async with engine.connect():
                pass  # SQLAlchemy sends statements of its own on the first connection.
            await engine.dispose()
            with steps.of(engine):
                yield client, Client(client.desk, http, client.database), steps
    await engine.dispose()


async def an_account(client: Client) -> str:
    """An account with an open and a closed position."""
    trader = await newcomer(client)
    first = await trader.a_long()
    await trader.a_long()
    await trader.see(trader.a_bar(OPENING, "99", "101", close="100.5"))
    await trader.do("closePosition", positionId=first["id"])
    return trader.account


async def test_a_query_whose_connection_breaks_at_any_step_is_answered_right(
    postgres_url: str, record_property: Callable[[str, object], None]
) -> None:
    async with (
        with_a_reader_of_its_own(postgres_url) as (client, reading, steps),
        faults_of(postgres_url) as [dropped, *_],
    ):
        account = await an_account(client)
        expected = await client.ask(QUERY, of=account)
        steps.arm(dropped, 1_000)
        assert await reading.ask(QUERY, of=account) == expected
        last = steps.taken
        for at in range(1, last + 1, sized(4, 1)):
            steps.arm(dropped, at)
            assert await reading.ask(QUERY, of=account) == expected
            assert steps.was_injected
    record_property("steps", last)
    assert expected["trades"]["nodes"][0]["excursion"] is not None


async def test_a_query_whose_second_connection_breaks_too_is_unavailable(postgres_url: str) -> None:
    async with (
        with_a_reader_of_its_own(postgres_url) as (client, reading, steps),
        faults_of(postgres_url) as [dropped, *_],
    ):
        account = await an_account(client)

        def drop_twice(connection: Any) -> None:
            steps.arm(dropped, 1)
            dropped.inject(connection)

        steps.arm(Fault("dropped again", drop_twice), 1)
        answer = await reading.answer(QUERY, of=account)
        assert steps.was_injected
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"UNAVAILABLE"}
        assert not any((answer["data"] or {}).values())


async def test_a_query_that_finds_no_connection_is_unavailable_in_all_its_fields(postgres_url: str) -> None:
    async with (
        with_a_reader_of_its_own(postgres_url) as (client, reading, steps),
        faults_of(postgres_url) as faults,
    ):
        account = await an_account(client)
        [refused] = [fault for fault in faults if fault.step is StepKind.CONNECT]

        def refuse_again(connection: Any) -> None:
            steps.arm(nobody, 1)
            refused.inject(connection)

        nobody = Fault("refused for ever", refuse_again, StepKind.CONNECT)
        steps.arm(nobody, 1)
        answer = await reading.answer(QUERY, of=account)
        assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
            (["account"], "UNAVAILABLE"),
            (["positions"], "UNAVAILABLE"),
            (["trades"], "UNAVAILABLE"),
        ]
        assert not any(answer["data"].values())


async def test_what_a_payload_reads_of_the_past_is_read_again_on_another_connection(postgres_url: str) -> None:
    async with (
        with_a_reader_of_its_own(postgres_url) as (client, reading, steps),
        faults_of(postgres_url) as [dropped, *_],
    ):
        trader = await newcomer(client)
        position = await trader.a_long()
        steps.arm(dropped, 1)
        closed = await replace(trader, client=reading).do("closePosition", positionId=position["id"])
        assert steps.was_injected
        excursion: Json = closed["trade"]["excursion"]
        assert excursion == {"adverse": "0.009900990099", "favourable": "0"}
