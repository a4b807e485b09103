"""Costly requests are refused before they are executed; the largest allowed ones are executed."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from graphql import get_introspection_query

from tests.api.desk import Client, desk_on
from tests.attacks import hostile

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRAPHQL_JSON = "application/graphql-response+json"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(module_sqlite_url: str) -> AsyncIterator[Client]:
    async with desk_on(module_sqlite_url) as client:
        yield client


async def posted(client: Client, body: bytes) -> tuple[int, bytes]:
    headers = {"content-type": "application/json", "accept": GRAPHQL_JSON}
    response = await client.http.post("/graphql", content=body, headers=headers)
    return response.status_code, response.content


@pytest.mark.parametrize("name", hostile.HOSTILE)
async def test_a_hostile_body_is_refused_with_a_short_answer(client: Client, name: str) -> None:
    attack = hostile.HOSTILE[name]
    status, answer = await posted(client, attack.body)
    errors = json.loads(answer)["errors"]
    assert (errors[0]["extensions"]["code"], errors[0]["message"]) == (attack.code, attack.message)
    assert (len(errors), "data" in json.loads(answer)) == (attack.errors, False)
    assert status == (413 if attack.code == "PAYLOAD_TOO_LARGE" else 400)
    assert len(answer) < hostile.LARGEST_ANSWER


async def test_the_whole_introspection_is_answered(client: Client) -> None:
    query = get_introspection_query(
        descriptions=True,
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    introspected = await client.ask(query)
    assert introspected["__schema"]["queryType"] == {"name": "Query", "kind": "OBJECT"}


async def test_fields_that_twenty_fragments_share_are_answered(client: Client) -> None:
    shared = " ".join(hostile.FIGURES[:7])
    bodies = " ".join(f"fragment f{number} on Account {{ {shared} }}" for number in range(20))
    spread = " ".join(f"...f{number}" for number in range(20))
    assert await client.ask(f"{{ account {{ {spread} }} }} {bodies}") == {"account": None}


async def test_a_field_asked_for_fifty_times_is_answered_and_for_sixty_is_not(client: Client) -> None:
    assert await client.ask(hostile.under_one_name(["name"] * 50)) == {"account": None}
    assert await client.error(hostile.under_one_name(["name"] * 60)) == ("LIMIT_EXCEEDED", hostile.TOO_SAME)


async def test_a_field_of_an_introspection_is_asked_for_once_and_types_as_often_as_needed(client: Client) -> None:
    twice = '{ a: __type(name: "Account") { name } b: __type(name: "Query") { name } }'
    assert await client.ask(twice) == {"a": {"name": "Account"}, "b": {"name": "Query"}}
    code, message = await client.error("{ __schema { queryType { a: name b: name } } }")
    assert (code, message) == (
        "LIMIT_EXCEEDED",
        "The document asks for `name` under several names inside an introspection; ask for it once.",
    )
    assert (await client.error("{ a: __schema { __typename } b: __schema { __typename } }"))[0] == "LIMIT_EXCEEDED"


async def test_a_hundred_keys_are_read_and_the_first_ten_errors_reported(client: Client) -> None:
    unknown = {f"key{number}": 1 for number in range(100)}
    answer = await client.answer(hostile.PREVIEW, input=unknown)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"] * 11
    assert answer["errors"][-1]["message"] == (
        "Too many errors processing variables, error limit reached. Execution aborted."
    )
    literal = " ".join(f"key{number}: 1" for number in range(100))
    answer = await client.answer(f"{{ previewSignal(input: {{ {literal} }}) {{ accepted }} }}")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["GRAPHQL_VALIDATION_FAILED"] * 9


async def test_a_message_that_quotes_much_is_cut(client: Client) -> None:
    _, message = await client.error(f"{{ {'x' * 5_000} }}")
    assert message == f"Cannot query field '{'x' * 980}…"
    answer = await client.answer(f"query ({'$a: Int ' * 12}) {{ clock }}")
    assert max(len(error.get("locations", [])) for error in answer["errors"]) == 10


async def test_five_thousand_bars_and_a_thousand_symbols_are_taken_at_once(client: Client) -> None:
    answer = await client.do(
        "ingestBars", bars=[hostile.A_BAR, *[{**hostile.A_BAR, "start": "2025-01-02T14:30:00Z"}] * 4_999]
    )
    assert (answer["applied"], len(answer["rejected"]), answer["rejected"][0]["index"]) == (1, 4_999, 1)
    assert {rejection["message"] for rejection in answer["rejected"]} == {"start must be before end"}
    symbols = ["ACME", *(f"S{number}" for number in range(999))]
    query = "query Quotes($symbols: [String!]) { quotes(symbols: $symbols) { symbol price } }"
    assert await client.ask(query, symbols=symbols) == {"quotes": [{"symbol": "ACME", "price": "100.5"}]}


async def test_ten_thousand_trades_and_a_thousand_points_are_kept_at_once(client: Client) -> None:
    trade = {
        "symbol": "ACME",
        "side": "SHORT",
        "quantity": "1",
        "entryTime": "2024-01-02T14:30:00Z",
        "entryPrice": "100",
        "exitTime": "2024-01-02T14:31:00Z",
        "exitPrice": "99",
    }
    trades = [{**trade, "realizedPnl": str(number)} for number in range(10_000)]
    points = [{"time": f"2024-01-02T14:{n // 60:02}:{n % 60:02}Z", "equity": "1"} for n in range(1_000)]
    answer = await client.do("recordBacktest", name="large", metrics={"sharpe": "1"}, trades=trades, curve=points)
    assert (answer["errors"], answer["backtest"]["tradeCount"]) == ([], 10_000)
    many = await client.malformed("recordBacktest", name="x", metrics={}, trades=[trade] * 10_001)
    assert many == ("LIMIT_EXCEEDED", "Send at most 10000 values at once as $input.trades, not 10001.")
