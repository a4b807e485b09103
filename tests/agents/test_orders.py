"""An agent trades: only what it previewed shortly before, once, within what it is allowed."""

from pathlib import Path
from uuid import UUID

import pytest

from api.agents.previews import MOST_PREVIEWS, SENT_SECONDS, VALID_SECONDS, Previews
from api.choices import AgentScope
from tests.agents.agent import Clock, a_bar, a_desk, an_agent, an_agent_on_a_desk, ingest

UNKNOWN = "5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e09"
READING = [
    "accounts",
    "account",
    "positions",
    "signals",
    "trades",
    "activity",
    "explain_trade",
    "report",
    "quotes",
    "bars",
]
READING += ["preview", "preview_amendment"]
MANAGING = ["amend", "close", "close_all", "cancel"]


@pytest.mark.parametrize(
    ("allowed", "listed"),
    [
        (AgentScope.READ, READING),
        (AgentScope.MANAGE, READING + MANAGING),
        (AgentScope.TRADE, [*READING, "execute", *MANAGING]),
    ],
)
async def test_an_agent_is_shown_what_it_may_use(tmp_path: Path, allowed: AgentScope, listed: list[str]) -> None:
    async with an_agent_on_a_desk(tmp_path, allowed) as (agent, _):
        assert await agent.tools() == listed


async def test_an_agent_that_may_read_is_told_what_it_would_take_to_trade(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path, AgentScope.READ) as (agent, _):
        assert await agent.fails("execute", previewId=UNKNOWN) == (
            "NOT_ALLOWED",
            "this agent may not execute: that needs a server started with --allow trade",
        )
        assert await agent.fails("close_all") == (
            "NOT_ALLOWED",
            "this agent may not close all: that needs a server started with --allow manage",
        )


async def test_what_was_previewed_is_executed_and_its_fill_is_seen(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, client):
        previewed = await agent.does("preview", symbol="acme", side="long", riskPercent=1, stopPercent="5", target1R=2)
        assert previewed == {
            "accepted": True,
            "errors": [],
            "side": "LONG",
            "quantity": "199",
            "tradeRiskPercent": "0.995199",
            "heatPercent": "0.995199",
            "buyingPower": "100000",
            "fillPrice": "100.02",
            "commission": "0.995",
            "stopLoss": "95.019",
            "target1": "110.022",
            "previewId": previewed["previewId"],
        }
        executed = await agent.does("execute", previewId=previewed["previewId"])
        assert (executed["signal"]["status"], executed["signal"]["source"]) == ("EXECUTED", "mcp")
        assert executed["position"]["signalId"] == previewed["previewId"]
        assert (executed["position"]["entryPrice"], executed["position"]["quantity"]) == ("100.02", "199")
        assert (executed["errors"], executed["replayed"], executed["differences"]) == ([], False, [])
        await ingest(client, a_bar(4, high="111", close="110"))
        trades = await agent.does("trades")
        assert [(trade["signalId"], trade["exitReason"]) for trade in trades["items"]] == [
            (previewed["previewId"], "TARGET_1")
        ]


async def test_a_second_execution_is_answered_as_the_first_and_does_nothing(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        first = await agent.buys()
        again = await agent.does("execute", previewId=first["signal"]["signalId"])
        assert again == {**first, "replayed": True}
        assert (await agent.does("positions"))["totalCount"] == 1


async def test_what_was_not_previewed_is_not_executed(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        assert await agent.fails("execute", previewId=UNKNOWN) == (
            "NOT_PREVIEWED",
            "no preview of this id is known here: call preview with the signal, and execute with the previewId that it "
            "answers, within 120 seconds",
        )
        code, sentence = await agent.fails("execute", symbol="ACME", side="LONG", quantity="1")
        assert (code, sentence.partition(";")[0]) == ("INVALID_ARGUMENTS", "previewId is needed")
        assert (await agent.does("signals"))["totalCount"] == 0


async def test_a_preview_that_is_too_old_is_not_executed(tmp_path: Path) -> None:
    clock = Clock()
    async with a_desk(tmp_path) as client, an_agent(client, previews=Previews(clock)) as agent:
        late, timely = [
            (await agent.does("preview", symbol="ACME", side="LONG", quantity="1", stopLoss="95"))["previewId"]
            for _ in range(2)
        ]
        clock.now = VALID_SECONDS
        assert (await agent.does("execute", previewId=timely))["signal"]["status"] == "EXECUTED"
        clock.now = VALID_SECONDS + 0.001
        assert await agent.fails("execute", previewId=late) == (
            "PREVIEW_EXPIRED",
            "this preview is older than 120 seconds, and nothing was done. Call preview again, look at what it answers "
            "now, and execute that",
        )
        assert (await agent.does("execute", previewId=timely))["replayed"] is True
        clock.now = VALID_SECONDS + SENT_SECONDS + 0.001
        assert await agent.fails("execute", previewId=timely) == (
            "PREVIEW_EXPIRED",
            "this preview is older than 120 seconds, and it was sent: signals tells what became of it. Call preview "
            "again, look at what it answers now, and execute that",
        )


async def test_only_so_many_previews_are_kept(tmp_path: Path) -> None:
    previews = Previews()
    async with a_desk(tmp_path) as client, an_agent(client, previews=previews) as agent:
        first = (await agent.does("preview", symbol="ACME", side="LONG", quantity="1", stopLoss="95"))["previewId"]
        newer = [previews.add({}, {}) for _ in range(MOST_PREVIEWS)]
        assert (await agent.fails("execute", previewId=first))[0] == "NOT_PREVIEWED"
        assert previews.find(newer[0]).signal == {"id": newer[0]}


async def test_a_refused_preview_says_why_and_cannot_be_executed(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        refused = await agent.does("preview", symbol="ACME", side="SHORT", quantity="1000", stopLoss="103")
        assert refused["accepted"] is False
        assert "previewId" not in refused
        assert refused["errors"] == [
            {
                "code": "TRADE_RISK_EXCEEDED",
                "message": "the trade would risk 3.02 % of equity; the limit is 2 % (R18)",
                "limit": "2",
                "actual": "3.02",
            }
        ]


async def test_the_desk_decides_anew_when_the_market_moved_after_the_preview(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, client):
        signal = {"symbol": "ACME", "side": "LONG", "riskPercent": "1", "stopLoss": "95"}
        moved, refused = [(await agent.does("preview", **signal))["previewId"] for _ in range(2)]
        await ingest(client, a_bar(4, high="102", close="101"))
        executed = await agent.does("execute", previewId=moved)
        assert executed["differences"] == [
            {"field": "quantity", "previewed": "199", "executed": "166"},
            {"field": "fillPrice", "previewed": "100.02", "executed": "101.0202"},
        ]
        await ingest(client, a_bar(5, low="94", close="94.5"))
        late = await agent.does("execute", previewId=refused)
        assert (late["signal"]["status"], "position" in late) == ("REJECTED", False)
        assert [error["code"] for error in late["errors"]] == ["STOP_ALREADY_BREACHED"]


async def test_a_signal_that_waits_is_amended_and_cancelled(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        waiting = await agent.buys(entry="LIMIT", entryPrice="97", stopLoss="94", target1=None)
        signal_id = waiting["signal"]["signalId"]
        assert (waiting["signal"]["status"], "position" in waiting) == ("WORKING", False)
        would_be = await agent.does("preview_amendment", signalId=signal_id, quantity="200")
        assert (would_be["accepted"], would_be["heatPercent"]) == (True, "0.6")
        amended = await agent.does("amend", signalId=signal_id, quantity=200, entryPrice=96.5)
        assert (amended["signal"]["quantity"], amended["signal"]["entryPrice"]) == ("200", "96.5")
        assert (await agent.does("cancel", signalId=signal_id))["signal"]["status"] == "CANCELLED"
        refused = await agent.does("cancel", signalId=signal_id)
        assert [error["code"] for error in refused["errors"]] == ["SIGNAL_NOT_WORKING"]


async def test_a_position_is_amended_and_what_is_null_stays(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        signal_id = (await agent.buys(target2="120"))["signal"]["signalId"]
        changes = {"stopLoss": "98", "remove": ["target2"], "target1": None, "note": "tighter"}
        would_be = await agent.does("preview_amendment", signalId=signal_id, **changes)
        assert (would_be["accepted"], would_be["heatPercent"]) == (True, "0.202005050126")
        position = (await agent.does("amend", signalId=signal_id, **changes))["position"]
        assert (position["stopLoss"], position["target1"], position["note"]) == ("98", "110", "tighter")
        assert "target2" not in position


async def test_a_change_that_was_made_meanwhile_is_not_undone(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        signal_id = (await agent.buys())["signal"]["signalId"]
        cursor = (await agent.does("account"))["account"]["cursor"]
        await agent.does("amend", signalId=signal_id, stopLoss="98")
        refused = await agent.does("amend", signalId=signal_id, stopLoss="90", ifCursor=cursor)
        assert [error["code"] for error in refused["errors"]] == ["CHANGED_MEANWHILE"]
        assert refused["position"]["stopLoss"] == "98"


async def test_a_position_is_closed_in_parts_once_by_an_id(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        signal_id = (await agent.buys())["signal"]["signalId"]
        half = {"signalId": signal_id, "percent": 50, "id": UNKNOWN}
        closed = [await agent.does("close", **half) for _ in range(2)]
        assert [(answer["position"]["openQuantity"], answer["replayed"]) for answer in closed] == [
            ("50", False),
            ("50", True),
        ]
        rest = await agent.does("close", signalId=signal_id)
        assert (rest["trade"]["exitReason"], rest["trade"]["realizedPnl"]) == ("MANUAL", "-5")
        refused = await agent.does("close", signalId=signal_id)
        assert [error["code"] for error in refused["errors"]] == ["POSITION_NOT_OPEN"]


async def test_all_positions_are_closed_together(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        bought = [(await agent.buys())["signal"]["signalId"] for _ in range(2)]
        closed = await agent.does("close_all", symbol="ACME")
        assert (closed["closed"], [trade["signalId"] for trade in closed["trades"]]) == (2, bought)
        refused = await agent.does("close_all")
        assert [error["code"] for error in refused["errors"]] == ["NOTHING_TO_CLOSE"]


async def test_ids_of_previews_cannot_be_guessed(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        signal = {"symbol": "ACME", "side": "LONG", "quantity": "1", "stopLoss": "95"}
        ids = {UUID((await agent.does("preview", **signal))["previewId"]) for _ in range(3)}
        assert {preview_id.version for preview_id in ids} == {4}
        assert len(ids) == 3
