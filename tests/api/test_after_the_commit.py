"""A mutation's payload comes from the writer's memory: once it is committed, no database is needed any more."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from api.application.read_model import Reader
from api.authorization.principal import OPERATOR
from api.database_url import database_url
from api.graphql.context import Context
from api.graphql.schema import make_operations
from api.graphql.transport.http import GraphQLApp
from api.persistence.database import Database
from api.persistence.engines import read_engine
from tests.api.desk import OPENING, Client, Json, everything, mutation_of, newcomer
from tests.loop_engine import LoopEngine

pytestmark = pytest.mark.asyncio(loop_scope="module")

A_BACKTEST = {
    "name": "beside",
    "source": "by hand",
    "metrics": {"winRate": "55.5", "maxDrawdown": "3"},
    "curve": [{"time": "2024-01-02T00:00:00Z", "equity": "100000"}],
}


@pytest_asyncio.fixture(loop_scope="module")
async def blind(client: Client) -> AsyncIterator[Client]:
    """A client of the same writer, whose queries cannot reach a database."""
    engine = LoopEngine(read_engine(database_url("sqlite:////nowhere/papertape.sqlite3")))
    services, reader = client.desk.services, Reader(Database(engine.sync_engine))
    services = replace(services, reader=reader, dispatcher=replace(services.dispatcher, reader=reader))
    app = GraphQLApp(
        make_operations(), context=lambda _: Context(services, OPERATOR), ide=None, authorize=lambda _: True
    )
    transport = httpx.ASGITransport(Starlette(routes=app.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        yield Client(client.desk, http, client.database)
    await engine.dispose()


async def payload_of(blind: Client, mutation: str, **content: Any) -> tuple[Json, dict[str, str]]:
    """The payload of a mutation, and the code of each field that could not be read."""
    answer = await blind.answer(mutation_of(mutation), input=content)
    codes = {".".join(map(str, error["path"])): error["extensions"]["code"] for error in answer.get("errors", [])}
    payload: Json = answer["data"][mutation]
    assert payload["errors"] == []
    return payload, codes


async def node(client: Client, shown: Json) -> Json:
    """The same object, as a query returns it."""
    kind = shown["id"].partition("_")[0]
    query = f"query Node($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {everything(kind)} }} }} }}"
    answer: Json = (await client.ask(query, id=shown["id"]))["node"]
    return answer


def unread(shown: Json) -> Json:
    """A position or trade without its excursion, which is computed from stored bars."""
    if shown.get("trade"):
        return {**shown, "trade": unread(shown["trade"])}
    return {**shown, "excursion": None} if "excursion" in shown else shown


async def test_every_mutation_answers_what_a_query_would_though_nothing_can_be_read(
    client: Client, blind: Client
) -> None:
    trader = await newcomer(client)
    name = trader.account

    async def assert_shows_the_account(mutation: str, **content: Any) -> Json:
        payload, codes = await payload_of(blind, mutation, account=name, **content)
        assert (payload["account"], codes) == (await client.account(name), {})
        return payload

    await assert_shows_the_account("enable")
    await assert_shows_the_account("updateSettings", settings={"leverage": "2"})
    payload, codes = await payload_of(blind, "executeSignal", **trader.a_signal())
    assert (payload["signal"], codes) == (await node(client, payload["signal"]), {})
    assert payload["position"] == payload["signal"]["position"]
    waiting, codes = await payload_of(
        blind, "executeSignal", **trader.a_signal(entry="LIMIT", entryPrice="99", marketPrice=None)
    )
    assert (waiting["signal"], codes) == (await node(client, waiting["signal"]), {})
    await assert_shows_the_account("resume")
    cancelled, codes = await payload_of(blind, "cancelSignal", account=name, signalId=waiting["signal"]["signalId"])
    assert (cancelled["signal"], codes) == (await node(client, waiting["signal"]), {})
    ingested, codes = await payload_of(blind, "ingestBars", bars=[trader.a_bar(OPENING, "99", "101", close="100.5")])
    assert (ingested["applied"], codes) == (1, {})
    closed, codes = await payload_of(blind, "closePosition", account=name, positionId=payload["position"]["id"])
    assert closed["position"] == unread(await node(client, closed["position"]))
    assert closed["trade"] == closed["position"]["trade"]
    assert codes == {f"closePosition.{path}.excursion": "UNAVAILABLE" for path in ("trade", "position.trade")}
    await trader.a_long(timestamp="2024-01-03T14:30:00Z")
    ended = await assert_shows_the_account("reset")
    assert ended["endedSession"] == await node(client, ended["endedSession"])
    again = await assert_shows_the_account("reset", session=1)
    assert again["endedSession"] == ended["endedSession"]
    await trader.a_long(timestamp="2024-01-03T14:30:00Z")
    disabled, codes = await payload_of(blind, "disable", account=name)
    assert disabled["account"] == await client.account(name)
    assert [unread(await node(client, trade)) for trade in disabled["closedTrades"]] == disabled["closedTrades"]


async def test_a_signal_sent_again_is_answered_with_a_position_that_was_closed_long_ago(
    client: Client, blind: Client
) -> None:
    trader = await newcomer(client)
    content = trader.a_signal(id="6f6f3bb0-0d7e-4c55-9f0e-2f6a3c1d9e01")
    first, _ = await payload_of(blind, "executeSignal", **content)
    await trader.see(trader.a_bar(OPENING, "97", "101"))
    again, codes = await payload_of(blind, "executeSignal", **content)
    assert again["replayed"]
    assert (first["position"]["status"], again["position"]["status"]) == ("OPEN", "STOPPED")
    assert again["signal"] == {**await node(client, again["signal"]), "position": again["position"]}
    assert again["position"] == unread(await node(client, again["position"]))
    assert set(codes.values()) == {"UNAVAILABLE"}


async def test_a_recorded_backtest_is_shown_without_its_curve(client: Client, blind: Client) -> None:
    figures = "id name source recordedAt winRate maxDrawdown sharpe tradeCount"
    query = (
        f"mutation Do($input: RecordBacktestInput!) {{ recordBacktest(input: $input) {{ backtest {{ {figures} }} }} }}"
    )
    kept = (await blind.ask(query, input=A_BACKTEST))["recordBacktest"]["backtest"]
    whole = await node(client, kept)
    assert kept == {name: whole[name] for name in figures.split()}
    assert (kept["winRate"], kept["maxDrawdown"]) == ("55.5", "3")


async def test_invalid_input_stores_nothing_and_may_be_sent_again(client: Client, blind: Client) -> None:
    """Nothing was committed, so UNAVAILABLE is right."""
    trader = await newcomer(client)
    answer = await blind.answer(
        mutation_of("updateSettings"), input={"account": trader.account, "settings": {"slippage": {"percent": "-1"}}}
    )
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAVAILABLE"]
    refused = await trader.do("updateSettings", settings={"slippage": {"percent": "-1"}})
    assert [error["code"] for error in refused["errors"]] == ["INVALID_INPUT"]
    assert refused["account"] == await trader.totals()
