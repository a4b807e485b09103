"""Accounts that are not there: null to queries, not found to mutations, a code to subscriptions."""

import json
from uuid import uuid4

import pytest

from tests.api.desk import Client, Json, Trader, newcomer, nothing_is_kept

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = "account must be 1 to 64 letters, digits, dots, hyphens or underscores, starting with a letter or digit"
ODD_NAMES = ["", " ", "default ", "a\x00b", "a\nb", "é", "-a", "a b", "a" * 65, "a" * 100_000, "🙂", "../../etc/passwd"]


async def test_no_account_can_have_an_odd_name(trader: Trader) -> None:
    async with nothing_is_kept(trader):
        payloads = [await trader.client.do("enable", account=name) for name in ODD_NAMES]
    error = {"code": "INVALID_INPUT", "message": NAMES, "field": ["account"], "limit": None, "actual": None}
    assert payloads == [{"account": None, "errors": [error]}] * len(ODD_NAMES)


async def of_nobody(client: Client, name: str) -> list[Json]:
    """What every mutation answers about an account that is not there."""
    return [
        await client.do("disable", account=name),
        await client.do("reset", account=name),
        await client.do("resume", account=name),
        await client.do("updateSettings", account=name, settings={}),
        await client.do("executeSignal", **Trader(client, name, "NOBODY").a_signal()),
        await client.do("cancelSignal", account=name, signalId=str(uuid4())),
        await client.do("closePosition", account=name, positionId=f"Position_{uuid4()}"),
    ]


@pytest.mark.parametrize("name", ["nobody", "", "a\x00b", "a" * 100_000], ids=lambda name: repr(name)[:20])
async def test_an_unknown_account_is_null_to_queries_and_not_found_to_mutations(trader: Trader, name: str) -> None:
    client = trader.client
    lists = ("positions", "trades", "signals", "sessions", "accountEvents")
    fields = "account(name: $of) { id } " + " ".join(f"{field}(account: $of) {{ totalCount }}" for field in lists)
    async with nothing_is_kept(trader):
        shown = await client.ask(f"query Q($of: String!) {{ {fields} }}", of=name)
        answers = await of_nobody(client, name)
        preview = await Trader(client, name, trader.symbol).preview()
    assert shown == dict.fromkeys(["account", *lists])
    hint = "there is no account 'nobody': enable creates it (R35)"
    message = hint if name == "nobody" else "there is no account of that name, nor can there be one"
    not_found = {"code": "ACCOUNT_NOT_FOUND", "message": message, "field": ["account"], "limit": None, "actual": None}
    assert [answer.pop("errors") for answer in answers] == [[not_found]] * 7
    assert [value for answer in answers for value in answer.values() if value] == []
    assert (preview["accepted"], preview["errors"]) == (False, [not_found])


@pytest.mark.parametrize("stream", ["positionEvents", "tradeEvents", "signalEvents", "accountEvents"])
async def test_an_unknown_account_or_cursor_ends_a_subscription_with_a_code(trader: Trader, stream: str) -> None:
    other = await newcomer(trader.client)
    of_other, of_self = (await other.totals())["cursor"], (await trader.totals())["cursor"]
    list_cursor = (await trader.page("sessions"))["pageInfo"]["endCursor"]
    errors = [
        await stream_error(trader.client, stream, account, after)
        for account, after in [
            ("nobody", None),
            (trader.account, "x"),
            (trader.account, of_other),
            (trader.account, list_cursor),
            (trader.account, of_self[:-1]),
            (trader.account, "e" * 41),
        ]
    ]
    ours = "`after` is not a cursor of this desk: take it from an event, or from account.cursor"
    assert errors == [
        ("ACCOUNT_NOT_FOUND", "there is no account 'nobody': enable creates it (R35)"),
        ("BAD_USER_INPUT", ours),
        ("BAD_USER_INPUT", "`after` is a cursor of another account"),
        ("BAD_USER_INPUT", ours),
        ("BAD_USER_INPUT", ours),
        ("BAD_USER_INPUT", ours),
    ]


async def stream_error(client: Client, stream: str, account: str, after: str | None) -> tuple[str, str]:
    arguments = "account: $account, after: $after"
    query = f"subscription S($account: String!, $after: String) {{ {stream}({arguments}) {{ cursor }} }}"
    body = {"query": query, "variables": {"account": account, "after": after}}
    answer = await client.http.post("/graphql", json=body, headers={"accept": "text/event-stream"})
    [data] = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: {")]
    [error] = json.loads(data)["errors"]
    return error["extensions"]["code"], error["message"]
