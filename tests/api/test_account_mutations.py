"""Mutations of an account, as a client sends them: enable, settings, disable, reset, resume."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.desk import OPENING, Json, Trader, figures, newcomer, nothing_is_kept

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEFAULTS: Json = {
    "startingCapital": "100000",
    "useRealisticFills": True,
    "slippage": {"model": "PERCENT", "percent": "0.02", "perShare": None, "volumeLimit": None, "priceImpact": None},
    "commission": {"model": "PER_SHARE", "rate": "0.005", "minimum": None, "maximumPercent": None},
    "leverage": "1",
    "maxTradeRiskPercent": "2",
    "maxCampaignRiskPercent": "5",
    "maxHeatPercent": "10",
    "maxPriceAgeSeconds": 86400,
    "scaleOutPercent": "50",
    "breakEvenAfterTarget1": False,
    "intrabar": "PESSIMISTIC",
    "limitFill": "TOUCH",
    "maxHoldingDays": None,
    "maxDailyLossPercent": None,
    "maxDrawdownPercent": None,
    "periodsPerYear": 252,
    "timezone": "UTC",
}
OTHERS: Json = {
    "useRealisticFills": False,
    "leverage": "2.5",
    "maxTradeRiskPercent": "1",
    "maxCampaignRiskPercent": "3",
    "maxHeatPercent": "6",
    "maxPriceAgeSeconds": 60,
    "scaleOutPercent": "33.33333333",
    "breakEvenAfterTarget1": True,
    "intrabar": "OPTIMISTIC",
    "limitFill": "THROUGH",
    "maxHoldingDays": 30,
    "maxDailyLossPercent": "4",
    "maxDrawdownPercent": "20",
    "periodsPerYear": 365,
    "timezone": "Europe/Zurich",
}
SLIPPAGES: list[tuple[Json, Json]] = [
    ({"percent": "0"}, {"model": "PERCENT", "percent": "0"}),
    ({"perShare": "0.01"}, {"model": "PER_SHARE", "perShare": "0.01"}),
    ({"volumeShare": {}}, {"model": "VOLUME_SHARE", "volumeLimit": "0.025", "priceImpact": "0.1"}),
    (
        {"volumeShare": {"volumeLimit": "0.5", "priceImpact": 0}},
        {"model": "VOLUME_SHARE", "volumeLimit": "0.5", "priceImpact": "0"},
    ),
]
COMMISSIONS: list[tuple[Json, Json]] = [
    ({"perShare": {"rate": "0.01"}}, {"model": "PER_SHARE", "rate": "0.01"}),
    (
        {"perShare": {"rate": "0.01", "minimum": 1, "maximumPercent": "0.5"}},
        {"model": "PER_SHARE", "rate": "0.01", "minimum": "1", "maximumPercent": "0.5"},
    ),
    ({"basisPoints": "10"}, {"model": "BASIS_POINTS", "rate": "10"}),
    ({"perOrder": "0"}, {"model": "PER_ORDER", "rate": "0"}),
]


async def settings_of(trader: Trader, **changes: Any) -> Json:
    payload = await trader.do("updateSettings", settings=changes)
    assert payload["errors"] == []
    settings: Json = payload["account"]["settings"]
    return settings


async def test_enable_creates_an_account_with_the_defaults(trader: Trader) -> None:
    account = await trader.totals()
    assert account["settings"] == DEFAULTS
    assert figures(account, "name", "currency", "enabled", "haltReason") == [trader.account, "USD", True, None]
    assert figures(account["session"], "number", "startingCapital", "endedAt") == [1, "100000", None]
    assert figures(account, "cash", "equity", "buyingPower", "peakEquity") == ["100000"] * 4
    assert figures(account, "heatPercent", "openPositions", "workingSignals", "tradeCount") == ["0", 0, 0, 0]
    assert figures(account, "winRate", "averageR") == [None, None]


async def test_enable_again_returns_the_account_unchanged_and_refuses_settings_that_differ(trader: Trader) -> None:
    async with nothing_is_kept(trader):
        same = await trader.do("enable", settings={"leverage": 1})
        other = await trader.do("enable", settings={"leverage": 2})
    assert (same["errors"], same["account"]) == ([], await trader.totals())
    [error] = other["errors"]
    assert (error["code"], error["field"]) == ("ALREADY_ENABLED", ["settings"])
    assert error["message"] == f"account {trader.account} is enabled with other settings: use updateSettings (R35)"


async def test_settings_are_read_back_as_they_were_sent(trader: Trader) -> None:
    other = await newcomer(trader.client, startingCapital="50000", **OTHERS)
    account = await other.totals()
    assert account["settings"] == {**DEFAULTS, "startingCapital": "50000", **OTHERS}
    assert (account["cash"], account["session"]["startingCapital"]) == ("50000", "50000")


async def test_every_model_of_slippage_and_commission_is_read_back(trader: Trader) -> None:
    for sent, shown in SLIPPAGES:
        assert (await settings_of(trader, slippage=sent))["slippage"] == {
            **dict.fromkeys(["percent", "perShare", "volumeLimit", "priceImpact"]),
            **shown,
        }
    for sent, shown in COMMISSIONS:
        assert (await settings_of(trader, commission=sent))["commission"] == {
            "minimum": None,
            "maximumPercent": None,
            **shown,
        }


async def test_null_restores_a_default_and_what_is_absent_keeps_its_value(trader: Trader) -> None:
    changed = await settings_of(trader, **OTHERS, slippage={"perShare": "1"}, commission={"perOrder": "1"})
    assert (await settings_of(trader, leverage=None))["leverage"] == "1"
    assert await settings_of(trader) == {**changed, "leverage": "1"}
    assert await settings_of(trader, **dict.fromkeys(DEFAULTS)) == DEFAULTS


async def test_settings_that_are_the_same_leave_no_trace_in_the_journal(trader: Trader) -> None:
    async with nothing_is_kept(trader):
        await settings_of(trader, leverage="1.00", maxHoldingDays=None)


async def test_starting_capital_waits_for_the_reset(trader: Trader) -> None:
    await settings_of(trader, startingCapital="250000")
    assert figures(await trader.totals(), "cash", "equity") == ["100000", "100000"]
    payload = await trader.do("reset")
    assert figures(payload["account"], "cash", "equity", "peakEquity") == ["250000"] * 3


async def test_disable_cancels_what_works_closes_everything_and_returns_the_trades(trader: Trader) -> None:
    await trader.a_long()
    working = await trader.send(entry="LIMIT", entryPrice="99", marketPrice=None)
    payload = await trader.do("disable")
    [trade] = payload["closedTrades"]
    assert figures(trade, "exitReason", "exitPrice", "realizedPnl") == ["MANUAL", "99.98", "-5"]
    assert figures(payload["account"], "enabled", "openPositions", "workingSignals", "cash") == [False, 0, 0, "99995"]
    assert (await trader.list("signals", filter={"status": "CANCELLED"}))[0]["id"] == working["signal"]["id"]
    [error] = (await trader.send())["errors"]
    assert (error["code"], error["message"]) == (
        "ACCOUNT_DISABLED",
        f"account {trader.account} is disabled: enable it first (R35)",
    )


async def test_disable_and_enable_again_go_on_in_the_same_session(trader: Trader) -> None:
    await trader.do("disable")
    again = await trader.do("disable")
    assert (again["closedTrades"], again["errors"]) == ([], [])
    account = (await trader.do("enable"))["account"]
    assert (account["enabled"], account["session"]["number"]) == (True, 1)


async def test_reset_ends_the_session_and_starts_the_next_with_fresh_capital(trader: Trader) -> None:
    await trader.a_long()
    payload = await trader.do("reset", settings={"startingCapital": "20000"})
    account, ended = payload["account"], payload["endedSession"]
    assert figures(account, "cash", "equity", "openPositions", "tradeCount", "realizedPnl") == [
        "20000",
        "20000",
        0,
        0,
        "0",
    ]
    assert (account["session"]["number"], ended["number"], ended["startingCapital"]) == (2, 1, "100000")
    assert ended["endedAt"] == account["session"]["startedAt"]


async def test_reset_of_a_session_that_has_ended_gives_the_same_answer_and_does_nothing(trader: Trader) -> None:
    first = await trader.do("reset", session=1)
    async with nothing_is_kept(trader):
        again = await trader.do("reset", session=1)
        ahead = await trader.do("reset", session=3)
    assert again == first
    [error] = ahead["errors"]
    assert (error["code"], error["field"], error["message"]) == (
        "INVALID_INPUT",
        ["session"],
        "session must be from 1 to 2, the current one",
    )


async def test_a_drawdown_halts_the_account_until_it_is_resumed(trader: Trader) -> None:
    await settings_of(trader, maxDrawdownPercent="1", useRealisticFills=False)
    await trader.send(quantity="500", stopLoss="96", target1="110")
    await trader.see(trader.a_bar(OPENING, "97", "100", close="97.5"))
    account = await trader.totals()
    assert figures(account, "equity", "currentDrawdown", "openPositions") == ["98750", "1.25", 1]
    assert account["haltReason"] == "the drawdown, from 100000 to 98750, exceeds 1 %"
    [error] = (await trader.send())["errors"]
    assert error["code"] == "ACCOUNT_HALTED"
    resumed = await trader.do("resume")
    assert (resumed["errors"], resumed["account"]["haltReason"]) == ([], None)
    assert (await trader.do("resume"))["account"] == resumed["account"]


async def test_a_ruined_account_cannot_be_resumed_and_the_refusal_has_the_figures(trader: Trader) -> None:
    await settings_of(trader, leverage="10", useRealisticFills=False, maxTradeRiskPercent="100", maxHeatPercent="100")
    await trader.send(quantity="9000", stopLoss="90", target1="200")
    await trader.see(trader.a_bar(OPENING, "80", "80"))
    payload = await trader.do("resume")
    [error] = payload["errors"]
    assert figures(error, "code", "limit", "actual") == ["ACCOUNT_HALTED", "0", "-80000"]
    assert figures(payload["account"], "equity", "openPositions", "heatPercent") == ["-80000", 0, "0"]


async def test_an_entry_whose_costs_take_everything_is_closed_at_once_and_halts(trader: Trader) -> None:
    await settings_of(trader, leverage="50", commission={"perOrder": "200000"})
    answer = await trader.send()
    assert answer["position"]["status"] == "CLOSED"
    account = await trader.totals()
    assert figures(account, "equity", "openPositions", "heatPercent") == ["-300004", 0, "0"]
    assert account["haltReason"] == "equity fell to -100002, which is not above zero"


async def test_a_reset_with_an_id_ends_one_session_however_often_it_is_sent(trader: Trader) -> None:
    once = {"id": str(uuid4()), "settings": {"leverage": "2.50"}}
    first = await trader.do("reset", **once)
    assert (first["errors"], first["replayed"], first["endedSession"]["number"]) == ([], False, 1)
    await trader.do("updateSettings", settings={"leverage": "3"})
    async with nothing_is_kept(trader):
        again = await trader.do("reset", id=once["id"], settings={"leverage": "2.5"})
        other = await trader.do("reset", id=once["id"])
    assert figures(again, "replayed", "errors", "endedSession") == [True, [], first["endedSession"]]
    assert again["account"] == await trader.totals()
    assert again["account"]["settings"]["leverage"] == "3"
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_CONFLICT"]


@pytest.mark.parametrize(
    ("mutation", "content"),
    [("resume", {}), ("updateSettings", {"settings": {"slippage": {"volumeShare": {}}, "commission": None}})],
)
async def test_resume_and_settings_with_an_id_happen_once(trader: Trader, mutation: str, content: Json) -> None:
    once = {"id": str(uuid4()), **content}
    first = await trader.do(mutation, **once)
    assert (first["errors"], first["replayed"]) == ([], False)
    async with nothing_is_kept(trader):
        assert await trader.do(mutation, **once) == {**first, "replayed": True}
