"""R40: what was applied to a session, exported and backtested, gives its ledger again, to the last digit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from api.codec.json_codec import plain_data
from api.feeds.demo import DemoStep, demo_steps
from domain.analytics.comparison import Severity, compare, overall
from domain.money import ZERO
from tests.api.desk import OPENING, Client, desk_on, instant
from tests.backtest.ledgers import stored_ledger
from tests.backtest.parity import ACCOUNTS, DAY, assert_parity, assert_parity_of_all, bar_json, signal_json
from tests.backtest.scenarios import run_scenario
from tests.services import PostgresServer
from tests.strategies import Step, amending_scenarios, at_most, scenarios

SCENARIOS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@settings(SCENARIOS, max_examples=at_most(15))
@given(scenario=scenarios(longest=60))
async def test_every_session_of_a_random_scenario_is_backtested_to_its_own_ledger(
    tmp_path_factory: pytest.TempPathFactory, scenario: list[Step]
) -> None:
    folder = tmp_path_factory.mktemp("life")
    async with desk_after(scenario, f"sqlite:///{folder / 'desk.sqlite3'}") as client:
        await assert_parity_of_all(client, folder)


@pytest.mark.postgres
@settings(SCENARIOS, max_examples=6)
@given(scenario=scenarios(longest=60))
async def test_every_session_of_a_random_scenario_is_backtested_to_its_own_ledger_on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer, postgres_template: str, scenario: list[Step]
) -> None:
    url = await postgres.create_async(postgres_template)
    async with desk_after(scenario, url) as client:
        await assert_parity_of_all(client, tmp_path_factory.mktemp("life"))
    await postgres.drop_async(url)


@settings(SCENARIOS, max_examples=at_most(10))
@given(scenario=amending_scenarios())
async def test_a_session_full_of_amendments_and_partial_closes_is_backtested_to_its_own_ledger(
    tmp_path_factory: pytest.TempPathFactory, scenario: list[Step]
) -> None:
    folder = tmp_path_factory.mktemp("life")
    async with desk_after(scenario, f"sqlite:///{folder / 'desk.sqlite3'}") as client:
        await assert_parity(client, "default", 1, folder)


@asynccontextmanager
async def desk_after(scenario: list[Step], url: str) -> AsyncIterator[Client]:
    """A desk that has lived through a scenario."""
    async with desk_on(url) as client:
        await run_scenario(client, scenario)
        yield client


async def play(client: Client, steps: list[DemoStep]) -> None:
    """The demo's bars and signals, the bars between two signals in one batch."""
    waiting: list[Any] = []
    for step in steps:
        waiting.append(plain_data(step.bar))
        if step.signal is not None:
            await client.do("ingestBars", bars=waiting)
            await client.do("executeSignal", **step.signal.as_input())
            waiting = []
    await client.do("ingestBars", bars=waiting)


async def test_the_demos_session_agrees_with_its_backtest_in_every_trade_and_figure(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with desk_on(sqlite_url) as client:
        await client.do("enable")
        await play(client, demo_steps()[:3000])
        result = await assert_parity(client, "default", 1, tmp_path)
        stored = await stored_ledger(client.database, "default", 1)
    assert (len(result.signals), len(result.trades)) == (85, 81)
    compared = compare(stored["metrics"], result.metrics)
    assert [row.difference for row in compared] == [ZERO] * 5
    assert overall(compared) is Severity.OK


async def test_a_second_session_begins_with_the_prices_and_settings_that_it_found(
    database_url: str, tmp_path: Path
) -> None:
    async with desk_on(database_url) as client:
        await client.do("enable")
        await client.do("ingestBars", bars=[bar_json(0, "99", "100")])
        await client.do("ingestQuotes", quotes=[{"symbol": "AAPL", "time": instant(OPENING + DAY), "price": "101"}])
        await client.do("executeSignal", **signal_json())
        await client.do("updateSettings", settings={"slippage": {"volumeShare": {}}, "maxHoldingDays": 3})
        await client.do("reset", settings={"startingCapital": "50000"})
        await client.do("executeSignal", **signal_json())
        await client.do("ingestBars", bars=[bar_json(1, "100", "102"), bar_json(9, "103", "104")])
        await client.do("executeSignal", **signal_json(stopLoss="130"))
        await client.do("executeSignal", **signal_json())
        result = await assert_parity(client, "default", 2, tmp_path)
    first, refused, last = result.signals
    assert [signal.number for signal in result.signals] == [2, 3, 4]
    assert [str(position.quantity) for position in result.positions] == ["10", "10"]
    assert str(result.positions[0].entry_price) == "101.00101000"
    assert result.trades[0].signal_id == first.signal_id
    assert refused.refusal is not None
    assert last.timestamp == OPENING + 10 * DAY
    assert len(result.account.positions) == 1


async def test_an_asset_class_that_another_account_fixed_refuses_the_signal_again(
    database_url: str, tmp_path: Path
) -> None:
    async with desk_on(database_url) as client:
        for account in ACCOUNTS:
            await client.do("enable", account=account)
        await client.do("ingestBars", bars=[bar_json(0, "99", "100")])
        await client.do("executeSignal", account="second", **signal_json(assetClass="CRYPTO"))
        await client.do("executeSignal", **signal_json())
        result = await assert_parity(client, "default", 1, tmp_path)
    [signal] = result.signals
    assert signal.refusal is not None
    assert signal.refusal.code.value == "ASSET_CLASS_MISMATCH"


async def test_an_ended_session_of_a_disabled_account_ends_in_its_backtest_too(
    database_url: str, tmp_path: Path
) -> None:
    async with desk_on(database_url) as client:
        await client.do("enable")
        await client.do("ingestBars", bars=[bar_json(0, "99", "100")])
        await client.do("executeSignal", **signal_json())
        await client.do("disable")
        await client.do("reset")
        await client.do("ingestBars", bars=[bar_json(1, "99", "100")])
        await client.do("enable")
        await client.do("executeSignal", **signal_json())
        ended = await assert_parity(client, "default", 1, tmp_path)
        current = await assert_parity(client, "default", 2, tmp_path)
    assert [trade.exit_reason.value for trade in ended.trades] == ["MANUAL"]
    assert ended.account.session.ended_at is not None
    assert current.account.session.number == 2
    assert len(current.account.positions) == 1


async def test_a_batch_too_large_for_one_window_of_history_stays_one_batch(sqlite_url: str, tmp_path: Path) -> None:
    minute = timedelta(minutes=1)
    times = [OPENING + minute * number for number in range(4_999)]
    bars = [bar_json(0, "99", "100", start=instant(time), end=instant(time + minute)) for time in times]
    later = OPENING + 6_000 * minute
    async with desk_on(sqlite_url) as client:
        await client.do("enable")
        await client.do("ingestBars", bars=[bar_json(-2, "99", "100")])
        await client.do("executeSignal", **signal_json())
        await client.do("ingestBars", bars=bars)
        await client.do(
            "ingestBars", bars=[bar_json(0, "99", "100", start=instant(later), end=instant(later + minute))]
        )
        await assert_parity(client, "default", 1, tmp_path)
        lines = (tmp_path / "default-1.jsonl").read_text().splitlines()
    assert len(lines) == 5


async def test_a_reset_of_an_earlier_session_does_not_end_the_one_it_came_in(database_url: str, tmp_path: Path) -> None:
    async with desk_on(database_url) as client:
        await client.do("enable")
        await client.do("reset", session=1)
        await client.do("ingestBars", bars=[bar_json(0, "99", "100")])
        await client.do("executeSignal", **signal_json())
        again = await client.do("reset", session=1, id="00000000-0000-0000-0000-000000000001")
        assert again["account"]["session"]["number"] == 2
        await client.do("ingestBars", bars=[bar_json(1, "100", "102")])
        result = await assert_parity(client, "default", 2, tmp_path)
        assert '"command":"reset"' in (tmp_path / "default-2.jsonl").read_text()
    assert len(result.positions) == 1
    assert len(result.points) > 0
