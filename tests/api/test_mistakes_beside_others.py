"""A client's mistake in one root field is reported as such, whatever else the operation asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations

import pytest
from sqlalchemy import event

from tests.api.desk import Client, Json, Trader

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOT_A_CURSOR = "`after` is not a cursor of this desk: take it from pageInfo.endCursor or an edge"
NULL_FIRST = (
    "Argument 'first' has invalid value: Expected variable '$null' provided to non-null type 'Int!' not to be None."
)

MISTAKES = [
    ('accounts(after: "A") { totalCount }', NOT_A_CURSOR),
    ("accounts(first: 0) { totalCount }", "`first` must be from 1 to 100, not 0"),
    ("accounts(first: 101) { totalCount }", "`first` must be from 1 to 100, not 101"),
    ("accounts(first: $null) { totalCount }", NULL_FIRST),
    ('backtests(after: "A") { totalCount }', NOT_A_CURSOR),
    ("backtests(first: -1) { totalCount }", "`first` must be from 1 to 100, not -1"),
    ("backtests(first: $null) { totalCount }", NULL_FIRST),
]
OTHERS = (
    "account(name: $of) { name }",
    "positions(account: $of, first: 100) { totalCount }",
    "report(account: $of) { __typename }",
    "clock",
)


def query(*fields: str) -> str:
    body = " ".join(f"f{number}: {field}" for number, field in enumerate(fields))
    uses = {name: f"${name}: {kind}" for name, kind in (("of", "String!"), ("null", "Int"))}
    used = [declared for name, declared in uses.items() if f"${name}" in body]
    return f"query Q{'(' if used else ''}{', '.join(used)}{')' if used else ''} {{ {body} }}"


async def answered(trader: Trader, *fields: str) -> tuple[int, Json]:
    document = query(*fields)
    sent = {"of": trader.account, "null": None}
    variables = {name: value for name, value in sent.items() if f"${name}:" in document}
    response = await trader.client.http.post(
        "/graphql",
        json={"query": document, "variables": variables},
        headers={"accept": "application/graphql-response+json"},
    )
    return response.status_code, response.json()


@contextmanager
def no_connection_is_lost(client: Client) -> Iterator[None]:
    """The reader's pool discards no connection, and gets all of them back."""
    pool = client.desk.services.reader._database._engine.pool
    lost: list[object] = []
    event.listen(pool, "invalidate", lambda *of: lost.append(of))
    yield
    assert lost == []
    assert pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(("mistake", "sentence"), MISTAKES)
async def test_a_mistake_is_reported_wherever_it_stands_among_other_fields(
    trader: Trader, mistake: str, sentence: str
) -> None:
    with no_connection_is_lost(trader.client):
        for fields in [(mistake,), *(order for other in OTHERS for order in permutations((mistake, other)))]:
            status, answer = await answered(trader, *fields)
            [error] = answer["errors"]
            assert (status, answer["data"]) == (200, None)
            assert (error["extensions"], error["message"]) == ({"code": "BAD_USER_INPUT"}, sentence)
            assert error["path"] == [f"f{fields.index(mistake)}"]


async def test_of_two_mistakes_at_least_one_is_reported_and_neither_becomes_a_fault(trader: Trader) -> None:
    for one, other in permutations(MISTAKES, 2):
        _, answer = await answered(trader, one[0], other[0], *OTHERS)
        assert answer["data"] is None
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_USER_INPUT"}
        assert {error["message"] for error in answer["errors"]} <= {one[1], other[1]}


async def test_a_mistake_in_a_field_that_may_be_null_leaves_the_others_their_answers(trader: Trader) -> None:
    status, answer = await answered(trader, "positions(account: $of, first: 0) { totalCount }", *OTHERS[:2])
    assert status == 200
    assert answer["data"] == {"f0": None, "f1": {"name": trader.account}, "f2": {"totalCount": 0}}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


async def test_a_mistake_in_the_second_mutation_is_reported_and_the_first_is_kept(trader: Trader) -> None:
    document = """mutation Two($one: UpdateSettingsInput!, $two: ResumeInput) {
      updateSettings(input: $one) { errors { code } } resume(input: $two) { errors { code } }
    }"""
    settings = {"account": trader.account, "settings": {"leverage": "3"}}
    answer = await trader.client.answer(document, one=settings, two=None)
    [error] = answer["errors"]
    assert (answer["data"], error["path"], error["extensions"]) == (None, ["resume"], {"code": "BAD_USER_INPUT"})
    assert error["message"].endswith("variable '$two' provided to non-null type 'ResumeInput!' not to be None.")
    assert (await trader.totals())["settings"]["leverage"] == "3"
