"""What a principal may do with a desk, by the scopes it has."""

from typing import Any

import pytest

from api.authorization.principal import OPERATOR, Principal, Scope
from api.graphql.context import Context
from api.graphql.execution.operations import Operations, StreamFailed, read_request
from api.graphql.schema import make_schema
from tests.api.desk import Client, newcomer

pytestmark = pytest.mark.asyncio(loop_scope="module")

READER = Principal("a reader", frozenset({Scope.READ}))
SENDER = Principal("a sender", frozenset({Scope.COMMAND}))

ENABLE = 'mutation { enable(input: {account: "authorized"}) { account { name } } }'
RETRACT = 'mutation { retractMarketData(input: {symbol: "AAPL", from: "2024-01-02T00:00:00Z"}) { bars } }'
ACCOUNT = 'query { account(name: "authorized") { name } }'
NEVER = 'mutation { enable(input: {settings: {timezone: "nowhere"}}) { errors { code } } }'


async def answer(client: Client, principal: Principal, query: str) -> dict[str, Any]:
    """The response to a principal."""
    operations = Operations(make_schema())
    operation = operations.prepare(read_request({"query": query}))
    return (await operations.answer(operation, Context(client.desk.services, principal))).body


def refused(body: dict[str, Any]) -> tuple[str, str]:
    """Code and message of the one error."""
    [error] = body["errors"]
    return error["extensions"]["code"], error["message"]


@pytest.mark.parametrize("command", [ENABLE, RETRACT, NEVER])
async def test_a_command_needs_the_scope_to_command(client: Client, command: str) -> None:
    before = await client.stored()
    assert refused(await answer(client, READER, command)) == ("FORBIDDEN", "a reader may not command")
    assert await client.stored() == before


async def test_a_query_needs_the_scope_to_read(client: Client) -> None:
    assert refused(await answer(client, SENDER, ACCOUNT)) == ("FORBIDDEN", "a sender may not read")


async def test_a_stream_needs_the_scope_to_read(client: Client) -> None:
    account = (await newcomer(client)).account
    operations = Operations(make_schema())
    query = f'subscription {{ tradeEvents(account: "{account}") {{ cursor }} }}'
    operation = operations.prepare(read_request({"query": query}))
    stream = await operations.subscribe(operation, Context(client.desk.services, SENDER))
    with pytest.raises(StreamFailed) as failure:
        await anext(stream)
    assert failure.value.response.code == "FORBIDDEN"


async def test_the_operator_may_do_both(client: Client) -> None:
    assert (await answer(client, OPERATOR, ENABLE))["data"] == {"enable": {"account": {"name": "authorized"}}}
    assert (await answer(client, OPERATOR, ACCOUNT))["data"] == {"account": {"name": "authorized"}}
