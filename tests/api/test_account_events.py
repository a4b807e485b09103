"""Account events: enabled, changed, halted, reset; as a list and as a stream."""

import json
from contextlib import aclosing
from datetime import datetime
from typing import Any

import pytest

from api.authorization.principal import OPERATOR
from api.graphql.context import Context
from api.graphql.execution.requests import read_request
from api.graphql.schema import make_operations
from tests.api.desk import OPENING, Client, Json, Trader, everything, figures

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHOLE = everything("AccountEvent")
LIST = (
    "query List($account: String!, $session: Int, $first: Int! = 50, $after: String) { "
    "accountEvents(account: $account, session: $session, first: $first, after: $after) "
    f"{{ edges {{ cursor }} nodes {{ {WHOLE} }} "
    "pageInfo { endCursor hasNextPage } totalCount } }"
)
FOLLOW = (
    "subscription Follow($account: String!, $after: String) "
    f"{{ accountEvents(account: $account, after: $after) {{ {WHOLE} }} }}"
)


async def a_life(trader: Trader) -> None:
    """Enabled by the fixture; then changed, halted, resumed, disabled, enabled and reset, with a position between."""
    await trader.do("updateSettings", settings={"maxDrawdownPercent": "1"})
    await trader.a_long(stopLoss="90", target1="130")
    await trader.see(trader.a_bar(OPENING, "87.5", "100"))
    await trader.do("resume")
    await trader.do("disable")
    await trader.do("enable")
    await trader.do("reset", settings={"startingCapital": "5000"})


async def listed(trader: Trader, **variables: Any) -> Json:
    page: Json = (await trader.client.ask(LIST, account=trader.account, **variables))["accountEvents"]
    return page


async def followed(client: Client, account: str, after: str, count: int) -> list[Json]:
    operations = make_operations()
    operation = operations.prepare(read_request({"query": FOLLOW, "variables": {"account": account, "after": after}}))
    events: list[Json] = []
    async with aclosing(await operations.subscribe(operation, Context(client.desk.services, OPERATOR))) as messages:
        async for text in messages:
            events.append(json.loads(text)["data"]["accountEvents"])
            if len(events) == count:
                break
    return events


async def test_what_happens_to_an_account_is_listed_newest_first(trader: Trader) -> None:
    await a_life(trader)
    page = await listed(trader)
    assert [figures(node, "kind", "session", "startingCapital", "reason") for node in page["nodes"]] == [
        ["SESSION_STARTED", 2, "5000", None],
        ["SETTINGS_CHANGED", None, None, None],
        ["SESSION_ENDED", 1, None, None],
        ["ENABLED", None, None, None],
        ["DISABLED", None, None, None],
        ["RESUMED", None, None, None],
        ["HALTED", None, None, "the drawdown, from 100000 to 98745.25, exceeds 1 %"],
        ["SETTINGS_CHANGED", None, None, None],
        ["OPENED", 1, "100000", None],
    ]
    changed = [node["settings"]["maxDrawdownPercent"] for node in page["nodes"] if node["settings"]]
    assert changed == ["1", "1", None]
    assert page["totalCount"] == 9
    times = [datetime.fromisoformat(node["recordedAt"]) for node in page["nodes"]]
    assert times == sorted(times, reverse=True)


async def test_events_are_listed_for_one_session(trader: Trader) -> None:
    await a_life(trader)
    first, second, third = [await listed(trader, session=number) for number in (1, 2, 3)]
    assert [node["kind"] for node in first["nodes"]] == [
        "SESSION_ENDED",
        "ENABLED",
        "DISABLED",
        "RESUMED",
        "HALTED",
        "SETTINGS_CHANGED",
        "OPENED",
    ]
    assert [node["kind"] for node in second["nodes"]] == ["SESSION_STARTED"]
    assert [one["totalCount"] for one in (first, second, third)] == [7, 1, 0]
    older = await listed(trader, session=1, first=3, after=first["edges"][3]["cursor"])
    assert older["nodes"] == first["nodes"][4:]
    with pytest.raises(AssertionError, match="a cursor of another list, account or session"):
        await listed(trader, after=first["edges"][3]["cursor"])


async def test_pages_of_events_join_without_a_gap(trader: Trader) -> None:
    await a_life(trader)
    whole = (await listed(trader))["nodes"]
    first = await listed(trader, first=4)
    second = await listed(trader, first=5, after=first["pageInfo"]["endCursor"])
    assert first["nodes"] + second["nodes"] == whole
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


async def test_the_stream_sends_what_the_list_holds_in_order(trader: Trader) -> None:
    after = (await trader.totals())["cursor"]
    await a_life(trader)
    newest_first = (await listed(trader, first=8))["nodes"]
    assert await followed(trader.client, trader.account, after, 8) == newest_first[::-1]


async def test_a_page_cursor_of_another_list_is_refused(trader: Trader) -> None:
    cursor = (await trader.page("sessions"))["pageInfo"]["endCursor"]
    answer = await trader.client.answer(LIST, account=trader.account, after=cursor)
    [error] = answer["errors"]
    assert (error["extensions"]["code"], error["message"]) == (
        "BAD_USER_INPUT",
        "`after` is a cursor of another list, account or session",
    )
