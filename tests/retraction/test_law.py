"""The stored desk that took wrong market data and retracted it is the one that never took it; else it refuses."""

from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings

from tests.api.desk import Client, desk_on, instant
from tests.backtest.living import live
from tests.backtest.test_parity import assert_parity_of_all
from tests.domain.test_r07_retraction import mistakes, since_of
from tests.retraction.twins import journal_of, state_of, tell_the_same
from tests.service.desks import verified
from tests.services import PostgresServer
from tests.strategies import WALL

ACCOUNTS = ("default", "second")
FEW = settings(
    max_examples=max(2, settings().max_examples // 30),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


async def assert_the_law(first: Client, twin: Client, mistake: Any) -> str:
    """Live through a mistake, and retract it; what came of that."""
    story, arrives, noticed, data = mistake
    symbol, since = data[0]["symbol"], since_of(data)
    await live(first, [*story[:arrives], ("ingest", {"batch": data}), *story[arrives:noticed]])
    before = await state_of(first, ACCOUNTS)
    payload = await first.do("retractMarketData", symbol=symbol, **{"from": instant(since)})
    after = await state_of(first, ACCOUNTS)
    if payload["errors"]:
        assert [error["code"] for error in payload["errors"]] == ["MARKET_DATA_USED"]
        assert after == before
        await tell_the_same(first, twin, lambda bar, row: bar.symbol != symbol or not bar.lies_after(since))
        assert await journal_of(twin) != after["journal"]
        return "refused"
    await live(first, story[noticed:])
    await tell_the_same(first, twin)
    assert await state_of(first, ACCOUNTS) == await state_of(twin, ACCOUNTS)
    return "retracted, and marked" if before["watermarks"] != after["watermarks"] else "retracted"


@FEW
@given(mistake=mistakes(longest=12))
async def test_retracted_data_leaves_no_trace_or_the_retraction_is_refused(
    quiet: None, tmp_path_factory: pytest.TempPathFactory, mistake: Any
) -> None:
    folder = tmp_path_factory.mktemp("law")
    urls = [f"sqlite:///{folder / name}.sqlite3" for name in ("first", "twin")]
    async with desk_on(urls[0], wall=lambda: WALL) as first, desk_on(urls[1], wall=lambda: WALL) as twin:
        event(await assert_the_law(first, twin, mistake))
        await assert_parity_of_all(first, folder)
    await verified(urls[0])


@pytest.mark.postgres
@FEW
@given(mistake=mistakes(longest=12))
async def test_retracted_data_leaves_no_trace_or_the_retraction_is_refused_on_postgresql(
    quiet: None, tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer, mistake: Any
) -> None:
    url = await postgres.create_async()
    twin_url = f"sqlite:///{tmp_path_factory.mktemp('law') / 'twin.sqlite3'}"
    async with desk_on(url, wall=lambda: WALL) as first, desk_on(twin_url, wall=lambda: WALL) as twin:
        event(await assert_the_law(first, twin, mistake))
    await verified(url)
    await postgres.drop_async(url)
