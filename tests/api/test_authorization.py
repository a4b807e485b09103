"""What a principal may do with a desk, by the scopes it has."""

import json
from typing import Any

import pytest

from api.authorization.principal import OPERATOR, Principal, Scope
from api.errors import Forbidden
from api.graphql.context import Context
from api.graphql.execution.requests import read_request
from api.graphql.execution.responses import StreamFailed
from api.graphql.schema import make_operations
from tests.api.desk import Client, Json, newcomer

pytestmark = pytest.mark.asyncio(loop_scope="module")

READER = Principal("a reader", frozenset({Scope.READ}))
SENDER = Principal("a sender", frozenset({Scope.COMMAND}))

ENABLE = 'mutation { enable(input: {account: "authorized"}) { account { name } } }'
RETRACT = 'mutation { retractMarketData(input: {symbol: "AAPL", from: "2024-01-02T00:00:00Z"}) { bars } }'
ACCOUNT = 'query { account(name: "authorized") { name } }'
SEND = """mutation { executeSignals(input: {signals: [
  {account: "authorized", symbol: "AAPL", side: LONG, stopLoss: "1", target1: "2", quantity: "1"}
]}) { errors { code } } }"""
NEVER = 'mutation { enable(input: {settings: {timezone: "nowhere"}}) { errors { code } } }'
REFUSED = """mutation {
  enable(input: {account: "authorized", settings: {timezone: "nowhere"}}) { account { name } errors { code } }
}"""
A_BACKTEST = 'name: "beside", source: "by hand", metrics: {winRate: "55.5", maxDrawdown: "3"}'
RECORD = f"mutation {{ recordBacktest(input: {{{A_BACKTEST}}}) {{ backtest {{ name curve {{ equity }} }} }} }}"


async def answer(client: Client, principal: Principal, query: str) -> dict[str, Any]:
    """The response to a principal."""
    operations = make_operations()
    operation = operations.prepare(read_request({"query": query}))
    answer: Json = json.loads((await operations.answer(operation, Context(client.desk.services, principal))).text)
    return answer


def refused(body: dict[str, Any]) -> tuple[str, str]:
    """Code and message of the one error."""
    [error] = body["errors"]
    return error["extensions"]["code"], error["message"]


@pytest.mark.parametrize("command", [ENABLE, RETRACT, SEND, NEVER])
async def test_a_command_needs_the_scope_to_command(client: Client, command: str) -> None:
    before = await client.stored()
    assert refused(await answer(client, READER, command)) == ("FORBIDDEN", "a reader may not command")
    assert await client.stored() == before


async def test_a_query_needs_the_scope_to_read(client: Client) -> None:
    assert refused(await answer(client, SENDER, ACCOUNT)) == ("FORBIDDEN", "a sender may not read")


async def test_what_a_command_came_to_needs_no_scope_to_read(client: Client) -> None:
    assert (await answer(client, SENDER, ENABLE))["data"] == {"enable": {"account": {"name": "authorized"}}}


async def test_what_a_payload_reads_beside_it_needs_the_scope_to_read(client: Client) -> None:
    assert refused(await answer(client, SENDER, RECORD)) == ("FORBIDDEN", "a sender may not read")
    recorded = (await answer(client, OPERATOR, RECORD))["data"]["recordBacktest"]
    assert recorded == {"backtest": {"name": "beside", "curve": []}}


async def test_the_account_beside_input_that_means_no_command_is_shown_to_who_may_read(client: Client) -> None:
    await answer(client, OPERATOR, ENABLE)
    errors = [{"code": "INVALID_INPUT"}]
    shown = (await answer(client, OPERATOR, REFUSED))["data"]["enable"]
    assert shown == {"account": {"name": "authorized"}, "errors": errors}
    assert (await answer(client, SENDER, REFUSED))["data"]["enable"] == {"account": None, "errors": errors}


async def test_a_reader_gives_no_snapshot_without_the_scope_to_read(client: Client) -> None:
    services = client.desk.services
    with pytest.raises(Forbidden):
        await services.reader.ask(SENDER, lambda snapshot: snapshot.account("authorized"))
    with pytest.raises(Forbidden):
        async with services.reader.snapshot(SENDER):
            pass
    with pytest.raises(Forbidden):
        await services.streams.begin(SENDER, "authorized", None)


async def test_a_stream_needs_the_scope_to_read(client: Client) -> None:
    account = (await newcomer(client)).account
    operations = make_operations()
    query = f'subscription {{ tradeEvents(account: "{account}") {{ cursor }} }}'
    operation = operations.prepare(read_request({"query": query}))
    stream = await operations.subscribe(operation, Context(client.desk.services, SENDER))
    with pytest.raises(StreamFailed) as failure:
        await anext(stream)
    assert failure.value.response.code == "FORBIDDEN"


async def test_the_operator_may_do_both(client: Client) -> None:
    assert (await answer(client, OPERATOR, ENABLE))["data"] == {"enable": {"account": {"name": "authorized"}}}
    assert (await answer(client, OPERATOR, ACCOUNT))["data"] == {"account": {"name": "authorized"}}
