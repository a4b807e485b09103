"""A stored desk that retracts market data equals one that never received it; else it refuses to."""

from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings

from tests.api.desk import Client, desk_on, instant
from tests.backtest.parity import assert_parity_of_all
from tests.backtest.scenarios import run_scenario
from tests.retraction.mistakes import mistakes, since_of
from tests.retraction.reference_desk import journal_of, resend, state_of
from tests.service.desks import verified
from tests.services import PostgresServer
from tests.strategies import WALL

ACCOUNTS = ("default", "second")
FEW = settings(
    max_examples=max(2, settings().max_examples // 30),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


async def assert_equivalent(first: Client, reference: Client, mistake: Any) -> str:
    """Run a scenario with wrong market data, and retract it; the result."""
    scenario, mistake_at, retracted_at, data = mistake
    symbol, since = data[0]["symbol"], since_of(data)
    await run_scenario(first, [*scenario[:mistake_at], ("ingest", {"batch": data}), *scenario[mistake_at:retracted_at]])
    before = await state_of(first, ACCOUNTS)
    payload = await first.do("retractMarketData", symbol=symbol, **{"from": instant(since)})
    after = await state_of(first, ACCOUNTS)
    if payload["errors"]:
        assert [error["code"] for error in payload["errors"]] == ["MARKET_DATA_USED"]
        assert after == before
        await resend(first, reference, lambda bar, row: bar.symbol != symbol or not bar.lies_after(since))
        assert await journal_of(reference) != after["journal"]
        return "refused"
    await run_scenario(first, scenario[retracted_at:])
    await resend(first, reference)
    assert await state_of(first, ACCOUNTS) == await state_of(reference, ACCOUNTS)
    changed = any(before[f"{name}'s curves"] != after[f"{name}'s curves"] for name in ACCOUNTS)
    return "retracted, and watermarks changed" if changed else "retracted"


@FEW
@given(mistake=mistakes(longest=12))
async def test_retracted_data_leaves_no_trace_or_the_retraction_is_refused(
    quiet: None, tmp_path_factory: pytest.TempPathFactory, mistake: Any
) -> None:
    folder = tmp_path_factory.mktemp("equivalence")
    urls = [f"sqlite:///{folder / name}.sqlite3" for name in ("first", "reference")]
    async with desk_on(urls[0], wall=lambda: WALL) as first, desk_on(urls[1], wall=lambda: WALL) as reference:
        event(await assert_equivalent(first, reference, mistake))
        await assert_parity_of_all(first, folder)
    await verified(urls[0])


@pytest.mark.postgres
@FEW
@given(mistake=mistakes(longest=12))
async def test_retracted_data_leaves_no_trace_or_the_retraction_is_refused_on_postgresql(
    quiet: None,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: PostgresServer,
    postgres_template: str,
    mistake: Any,
) -> None:
    url = await postgres.create_async(postgres_template)
    reference_url = f"sqlite:///{tmp_path_factory.mktemp('equivalence') / 'reference.sqlite3'}"
    async with desk_on(url, wall=lambda: WALL) as first, desk_on(reference_url, wall=lambda: WALL) as reference:
        event(await assert_equivalent(first, reference, mistake))
    await verified(url)
    await postgres.drop_async(url)
