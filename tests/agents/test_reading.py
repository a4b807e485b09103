"""What an agent reads: figures as the desk has them, in pages, and why a trade went as it did."""

from pathlib import Path

from graphql import GraphQLInputObjectType, build_schema

from api.agents.arguments import Arguments
from api.agents.tools.amendments import AmendArguments
from api.agents.tools.closings import CancelArguments, CloseAllArguments, CloseArguments
from api.agents.tools.orders import PreviewArguments, TrailingStopArguments
from api.agents.tools.positions import PositionsArguments
from api.agents.tools.registry import TOOLS
from api.agents.tools.reports import ReportArguments
from api.agents.tools.signals import SignalsArguments
from api.agents.tools.trades import TradesArguments
from tests.agents.agent import a_bar, a_desk, an_agent, an_agent_on_a_desk, ingest

SCHEMA = build_schema(Path("schema.graphql").read_text())
OF_PAGES = {"account", "first", "after", "orderBy", "state", "session"}


def names(arguments: type[Arguments]) -> set[str]:
    return {str(field.alias) for field in arguments.model_fields.values()}


def fields(*inputs: str) -> set[str]:
    kinds = [SCHEMA.type_map[name] for name in inputs]
    return {name for kind in kinds if isinstance(kind, GraphQLInputObjectType) for name in kind.fields}


def test_arguments_are_called_as_in_the_api() -> None:
    assert names(PreviewArguments) - fields("ExecuteSignalInput") == set()
    assert names(TrailingStopArguments) == fields("TrailingStopInput")
    assert names(AmendArguments) - {"remove"} == fields("AmendSignalInput", "AmendPositionInput") - {"positionId"}
    assert names(CloseArguments) == fields("ClosePositionInput") - {"positionId"}
    assert names(CloseAllArguments) == fields("CloseAllInput")
    assert names(CancelArguments) == fields("CancelSignalInput")
    assert names(PositionsArguments) - OF_PAGES == fields("PositionFilter") - {"open", "session"}
    assert names(TradesArguments) - OF_PAGES - fields("TradeFilter") == set()
    assert names(SignalsArguments) - OF_PAGES == fields("SignalFilter") - {"session"}
    assert names(ReportArguments) - OF_PAGES - fields("ReportFilter") == set()


def test_every_tool_is_described_with_what_it_does_to_the_desk() -> None:
    listed = [tool.listed() for tool in TOOLS.values()]
    hints = {tool.name: tool.annotations for tool in listed}
    assert all(tool.description and tool.output_schema for tool in listed)
    assert {name for name, hint in hints.items() if hint and not hint.read_only_hint} == {
        "execute",
        "amend",
        "close",
        "close_all",
        "cancel",
    }
    assert {name for name, hint in hints.items() if hint and hint.idempotent_hint} >= {"account", "execute"}


async def test_an_agent_that_is_bound_is_shown_the_accounts_that_it_may_name(tmp_path: Path) -> None:
    async with a_desk(tmp_path, "one", "two") as client:
        shown = {}
        for accounts in ((), ("one",), ("one", "two")):
            async with an_agent(client, accounts=accounts) as agent:
                tools = {tool.name: tool.input_schema for tool in (await agent.client.list_tools()).tools}
                schema = tools["close"]
                shown[accounts] = (schema["properties"]["account"].get("enum"), schema["required"])
                assert "account" not in tools["bars"]["properties"]
    assert shown == {
        (): (None, ["signalId"]),
        ("one",): (["one"], ["signalId"]),
        ("one", "two"): (["one", "two"], ["signalId", "account"]),
    }


async def test_an_account_is_told_with_its_limits_and_the_desks_clock(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        await agent.buys()
        told = await agent.does("account")
        account = told["account"]
        assert told["clock"] == "2024-03-01T21:00:00Z"
        assert (account["equity"], account["buyingPower"], account["openPositions"]) == ("99997.5", "89997.5", 1)
        assert account["settings"]["maxTradeRiskPercent"] == "2"
        assert "winRate" not in account


async def test_accounts_are_those_that_the_agent_may_use(tmp_path: Path) -> None:
    async with a_desk(tmp_path, "one", "two", "three") as client:
        async with an_agent(client) as agent:
            page = await agent.does("accounts", first=2)
            rest = await agent.does("accounts", first=2, after=page["nextCursor"])
            assert [item["name"] for item in page["items"] + rest["items"]] == ["three", "two", "one"]
            assert (page["totalCount"], "nextCursor" in rest) == (3, False)
        async with an_agent(client, accounts=["two", "gone", "one"]) as bound:
            assert [item["name"] for item in (await bound.does("accounts"))["items"]] == ["two", "one"]


async def test_lists_come_in_pages(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        bought = [(await agent.buys())["signal"]["signalId"] for _ in range(3)]
        page = await agent.does("positions", first=2, orderBy="oldest")
        rest = await agent.does("positions", first=2, orderBy="OLDEST", after=page["nextCursor"])
        assert [item["signalId"] for item in page["items"] + rest["items"]] == bought
        assert (page["totalCount"], "nextCursor" in rest) == (3, False)


async def test_positions_are_the_open_ones_unless_others_are_asked_for(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, _):
        closed, still_open = [(await agent.buys())["signal"]["signalId"] for _ in range(2)]
        await agent.does("close", signalId=closed)
        listed = {
            state: [item["signalId"] for item in (await agent.does("positions", state=state))["items"]]
            for state in ("open", "closed", "all")
        }
        assert listed == {"open": [still_open], "closed": [closed], "all": [still_open, closed]}
        assert (await agent.does("positions", symbols='["MSFT"]'))["items"] == []


async def test_signals_are_told_with_what_became_of_them(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, client):
        previewed = await agent.does("preview", symbol="ACME", side="LONG", quantity="1", stopLoss="95")
        await ingest(client, a_bar(4, low="94", close="94.5"))
        await agent.does("execute", previewId=previewed["previewId"])
        (refused,) = (await agent.does("signals", status="REJECTED"))["items"]
        assert (refused["signalId"], refused["error"]["code"]) == (previewed["previewId"], "STOP_ALREADY_BREACHED")


async def test_market_data_is_read_as_it_is_stored(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, client):
        await ingest(client, a_bar(4, close="99.5"), a_bar(4, symbol="MSFT"))
        assert await agent.does("quotes", symbols=["ACME", "NONE"]) == {
            "quotes": [{"symbol": "ACME", "price": "99.5", "time": "2024-03-04T21:00:00Z"}],
            "more": 0,
        }
        assert len((await agent.does("quotes"))["quotes"]) == 2
        bars = await agent.does("bars", symbol="acme", **{"from": "2024-03-04T00:00:00Z"})
        assert bars == {
            "totalCount": 1,
            "items": [
                {
                    "start": "2024-03-04T14:30:00Z",
                    "end": "2024-03-04T21:00:00Z",
                    "open": "100",
                    "high": "101",
                    "low": "99",
                    "close": "99.5",
                }
            ],
        }
        assert await agent.does("bars", symbol="NONE") == {"totalCount": 0, "items": []}


async def test_a_report_tells_what_is_missing_for_real_money(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, client):
        await agent.buys()
        await ingest(client, a_bar(4, high="111", close="110"))
        report = await agent.does("report")
        assert (report["tradeCount"], report["realizedPnl"], report["averageR"]) == (1, "997", "1.986055776892")
        assert report["bestTrade"]["symbol"] == "ACME"
        eligibility = report["liveEligibility"]
        assert [(check["criterion"], check["passed"]) for check in eligibility["checks"]] == [
            ("DAYS_ENABLED", False),
            ("TRADES", False),
            ("WIN_RATE", False),
            ("AVERAGE_R", False),
        ]
        assert await agent.fails("report", session=7) == ("SESSION_NOT_FOUND", "'default' has no session 7")


async def test_a_trade_is_explained_out_of_the_journal(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, client):
        signal = {
            "target1": "105",
            "target2": "112",
            "breakEvenAfterTarget1": True,
            "quantity": "200",
            "note": "a test",
        }
        signal_id = (await agent.buys(**signal))["signal"]["signalId"]
        await agent.does("amend", signalId=signal_id, stopLoss="96")
        await ingest(client, a_bar(4, high="106", close="104"), a_bar(5, low="98", high="99.6", close="98.5"))
        story = await agent.does("explain_trade", signalId=signal_id)
        assert story["decision"].startswith("It was executed: every check of the desk passed")
        assert [(fill["reason"], fill["rawPrice"], fill["price"], fill["why"]) for fill in story["fills"]] == [
            ("ENTRY", "100", "100.02", "entered as the signal asked (R15)"),
            (
                "TARGET_1",
                "105",
                "105",
                "the price reached target 1, where a part leaves, or all without a second target (R22, R25)",
            ),
            (
                "STOP_LOSS",
                "99.6",
                "99.58008",
                "the price reached the stop (R22); the bar opened at or beyond the level, so it filled at that open "
                "(R21)",
            ),
        ]
        assert [(stop["price"], stop["how"]) for stop in story["stops"]] == [
            ("95", "at the entry"),
            ("96", "amended by hand (R41)"),
            ("100.02", "moved to the entry price after target 1 (R26)"),
        ]
        assert story["stopsComplete"] is True
        assert story["amendments"] == [
            {"time": "2024-03-01T21:00:00Z", "changes": [{"field": "stopLoss", "from": "95", "to": "96"}]}
        ]
        assert (story["trade"]["realizedPnl"], story["signal"]["note"]) == ("452.008", "a test")
        assert story["excursion"] == {"adverse": "0.203187250996", "favourable": "1.191235059761"}


async def test_what_happened_is_told_since_an_agent_last_looked(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, client):
        signal_id = (await agent.buys(target1="105", breakEvenAfterTarget1=True, target2="120"))["signal"]["signalId"]
        cursor = (await agent.does("account"))["account"]["cursor"]
        await ingest(client, a_bar(4, high="106", close="104"), a_bar(5, low="98", high="99.6", close="98.5"))
        news = await agent.does("activity", sinceCursor=cursor)
        assert [
            (item["about"], item["kind"], item.get("reason"), item.get("price"), item.get("stopLoss"))
            for item in reversed(news["items"])
        ] == [
            ("POSITION", "REDUCED", "TARGET_1", "105", "95"),
            ("POSITION", "STOP_MOVED", None, None, "100.02"),
            ("POSITION", "CLOSED", "STOP_LOSS", "99.58008", "100.02"),
            ("TRADE", "CLOSED", "STOP_LOSS", None, None),
        ]
        assert {item["signalId"] for item in news["items"]} == {signal_id}
        assert news["items"][0]["realizedPnl"] == "226.004"
        assert "nextCursor" not in news
        newest = news["items"][0]["cursor"]
        assert (await agent.does("activity", sinceCursor=newest))["items"] == []
        page = await agent.does("activity", first=2)
        older = await agent.does("activity", first=100, after=page["nextCursor"])
        assert len(page["items"] + older["items"]) == page["totalCount"] == 7


async def test_a_refused_signal_is_explained_by_its_refusal(tmp_path: Path) -> None:
    async with an_agent_on_a_desk(tmp_path) as (agent, client):
        previewed = await agent.does("preview", symbol="ACME", side="LONG", quantity="1", stopLoss="95")
        await ingest(client, a_bar(4, low="94", close="94.5"))
        await agent.does("execute", previewId=previewed["previewId"])
        story = await agent.does("explain_trade", signalId=previewed["previewId"])
        assert story["decision"].startswith("It was refused: ")
        assert (story["fills"], story["stops"], "position" in story) == ([], [], False)
