"""What an agent gets wrong, and what goes wrong around it: each is an answer that says what would be right."""

import logging
from pathlib import Path

import httpx
import pytest

from api.agents.desk_access import DeskAccess
from api.agents.previews import VALID_SECONDS, Previews
from api.agents.tools import accounts
from api.choices import AgentScope
from api.client import DeskClient
from tests.agents.agent import URL, Clock, a_desk, a_way_to_a_desk, an_agent, an_agent_on_a_desk
from tests.service.feed_desk import LossyTransport

UNKNOWN = "5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e09"
TOKEN = "open-sesame-and-more"  # noqa: S105
SIGNAL = {"symbol": "ACME", "side": "LONG", "quantity": "1", "stopLoss": "95"}


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("preview", {**SIGNAL, "stopLos": "95"}, "there is no argument stopLos; the arguments are stopLoss, "),
        ("preview", {"side": "LONG"}, "symbol is needed"),
        ("preview", {**SIGNAL, "quantity": "many"}, 'quantity: it must be a number such as "1.5" or "3.2E-5", not '),
        ("preview", {**SIGNAL, "quantity": True}, 'quantity: must be a number such as "1.5", as a string'),
        ("preview", {**SIGNAL, "quantity": ["1"]}, 'quantity: must be a number such as "1.5", as a string'),
        ("preview", {**SIGNAL, "quantity": "9" * 100_000}, 'quantity: it must be a number such as "1.5"'),
        ("preview", {**SIGNAL, "side": "UP"}, "side: Input should be 'LONG' or 'SHORT'"),
        ("preview", {**SIGNAL, "symbol": "A" * 400}, "symbol: symbol must be 1 to 32 of A-Z"),
        ("preview", {**SIGNAL, "note": "n" * 501}, "note: String should have at most 500 characters"),
        ("preview", {**SIGNAL, "timestamp": "2024-03-01T21:00:00"}, "timestamp: it needs its offset from UTC"),
        ("preview", {**SIGNAL, "trailingStop": '{"percent": '}, "trailingStop: must be a list or an object, not half"),
        ("preview", {**SIGNAL, "trailingStop": {"by": "2"}}, "there is no argument trailingStop.by"),
        ("preview", {**SIGNAL, "account": "a" * 65}, "account: String should have at most 64 characters"),
        ("positions", {"first": 101}, "first: Input should be less than or equal to 100"),
        ("positions", {"symbols": ["A"] * 101}, "symbols: List should have at most 100 items"),
        ("bars", {"symbol": "ACME", "interval": "2h"}, "interval: Input should be '1m', '5m'"),
        ("explain_trade", {"signalId": "the last one"}, "signalId: Input should be a valid UUID"),
        ("amend", {"signalId": UNKNOWN, "stopLoss": "9", "remove": ["stopLoss"]}, "stopLoss cannot be both changed"),
        ("report", {str(number): "x" for number in range(9)}, "there is no argument 0; there is no argument 1; "),
    ],
)
async def test_arguments_that_cannot_be_used_are_named(
    tmp_path: Path, tool: str, arguments: dict[str, object], sentence: str
) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        code, told = await agent.fails(tool, **arguments)
        assert (code, told[: len(sentence)]) == ("INVALID_ARGUMENTS", sentence)
        assert len(told) < 1_000


async def test_a_tool_that_there_is_not_is_answered_with_those_that_there_are(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path, AgentScope.READ) as (agent, _):
        code, sentence = await agent.fails("buy_everything" * 1_000)
        assert (code, sentence[:54]) == ("UNKNOWN_TOOL", "there is no such tool; there are accounts, account, po")


@pytest.mark.parametrize("tool", ["account", "positions", "signals", "trades", "activity", "report"])
async def test_an_account_that_there_is_not_is_named(tmp_path: Path, tool: str) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        assert await agent.fails(tool, account="nobody") == (
            "ACCOUNT_NOT_FOUND",
            "there is no account 'nobody': the tool accounts lists those that this agent may use",
        )


async def test_an_order_for_an_account_that_there_is_not_is_refused_by_the_desk(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        refused = await agent.does("preview", account="nobody", **SIGNAL)
        assert [error["code"] for error in refused["errors"]] == ["ACCOUNT_NOT_FOUND"]


async def test_a_signal_that_there_is_not_is_named(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        assert await agent.fails("explain_trade", signalId=UNKNOWN) == (
            "SIGNAL_NOT_FOUND",
            f"'default' never had a signal of the id {UNKNOWN}",
        )
        refused = await agent.does("amend", signalId=UNKNOWN, note="x")
        assert [error["code"] for error in refused["errors"]] == ["SIGNAL_NOT_FOUND"]


async def test_what_only_a_waiting_signal_has_is_not_amended_of_a_position(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        signal_id = (await agent.buys())["signal"]["signalId"]
        assert await agent.fails("amend", signalId=signal_id, stopPercent="4", quantity="7") == (
            "INVALID_ARGUMENTS",
            "quantity, stopPercent can be amended of a signal that waits, not of an open position: give levels as "
            "prices, stopLoss, target1, target2",
        )


async def test_an_agent_that_is_bound_uses_no_other_account(tmp_path: Path) -> None:
    async with a_desk(tmp_path, "mine", "other") as client:
        async with an_agent(client, accounts=["mine"]) as agent:
            assert (await agent.does("account"))["account"]["name"] == "mine"
            theirs = ("NOT_ALLOWED", "this agent is bound to other accounts: it may use mine")
            for tool in ("account", "positions", "signals", "trades", "report", "close_all"):
                assert await agent.fails(tool, account="other") == theirs
            for tool in ("explain_trade", "close", "cancel", "amend", "preview_amendment"):
                assert await agent.fails(tool, account="other", signalId=UNKNOWN) == theirs
            assert await agent.fails("preview", account="other", **SIGNAL) == theirs
        async with an_agent(client, accounts=["mine", "other"]) as agent:
            assert await agent.fails("account") == (
                "INVALID_ARGUMENTS",
                "account is needed: it may be mine, other",
            )


async def test_a_desk_that_is_away_is_told_and_the_server_goes_on(tmp_path: Path) -> None:
    async with a_way_to_a_desk(tmp_path) as way:
        lossy = LossyTransport(way, refused=range(1, 3))
        async with DeskClient(URL, transport=lossy, pauses=()) as away, an_agent(away) as agent:
            for _ in range(2):
                assert await agent.fails("account") == (
                    "DESK_UNREACHABLE",
                    "the desk does not answer, try later: cannot reach http://127.0.0.1/graphql: "
                    "All connection attempts failed",
                )
            assert (await agent.does("account"))["account"]["equity"] == "100000"


async def test_an_execution_without_an_answer_is_safe_to_repeat_however_late(tmp_path: Path) -> None:
    clock = Clock()
    async with a_way_to_a_desk(tmp_path) as way:
        away = DeskClient(URL, transport=LossyTransport(way, unanswered=[2]), pauses=())
        async with away, an_agent(away, previews=Previews(clock)) as agent:
            preview_id = (await agent.does("preview", **SIGNAL))["previewId"]
            code, sentence = await agent.fails("execute", previewId=preview_id)
            assert code == "OUTCOME_OPEN"
            assert sentence.endswith(
                f"Its id is {preview_id}; the same call again with that id, or the same previewId, is done once"
            )
            clock.now = VALID_SECONDS * 2
            repeated = await agent.does("execute", previewId=preview_id)
            assert (repeated["replayed"], repeated["position"]["quantity"]) == (True, "1")


async def test_an_execution_that_never_arrived_needs_a_new_preview_when_it_is_late(tmp_path: Path) -> None:
    clock = Clock()
    async with a_way_to_a_desk(tmp_path) as way:
        away = DeskClient(URL, transport=LossyTransport(way, refused=[2]), pauses=())
        async with away, an_agent(away, previews=Previews(clock)) as agent:
            preview_id = (await agent.does("preview", **SIGNAL))["previewId"]
            code, sentence = await agent.fails("execute", previewId=preview_id)
            assert (code, sentence[:48]) == ("DESK_UNREACHABLE", "the desk does not answer, and nothing was done: ")
            clock.now = VALID_SECONDS + 1
            assert (await agent.fails("execute", previewId=preview_id))[0] == "PREVIEW_EXPIRED"
            assert (await agent.does("signals"))["totalCount"] == 0


@pytest.mark.parametrize("token", [None, "another-token-than-it"])
async def test_a_desk_that_asks_for_another_token_is_told_without_it(token: str | None) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json={"errors": [{"message": "?", "extensions": {"code": "UNAUTHENTICATED"}}]})

    client = DeskClient(URL, token=token, transport=httpx.MockTransport(refuse))
    async with client, an_agent(client) as agent:
        assert await agent.fails("account") == (
            "DESK_REFUSED",
            "the server asks for its token: give it with --token, or as PAPERTAPE_TOKEN (UNAUTHENTICATED)",
        )


async def test_a_fault_of_the_server_is_logged_and_told_without_its_details(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> str:
        raise ZeroDivisionError(TOKEN)

    monkeypatch.setattr(DeskAccess, "account", fail)
    caplog.set_level(logging.CRITICAL)
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        assert await agent.fails(accounts.ACCOUNT.name) == (
            "INTERNAL",
            "a fault of the server, not of the call; its log has the details",
        )
        assert (await agent.does("quotes"))["more"] == 0
