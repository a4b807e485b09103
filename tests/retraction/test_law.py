"""A desk that took wrong market data and retracted it is the desk that never took it; else it refuses."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.api.desk import Client, desk_on, instant
from tests.backtest.living import live
from tests.backtest.test_parity import assert_parity_of_all
from tests.retraction.twins import journal_of, state_of, tell_the_same, unless_retracted
from tests.service.desks import verified
from tests.strategies import OPENING, SYMBOLS, WALL, Record, Step, stories

ACCOUNTS = ("default", "second")


@st.composite
def mistakes(draw: Any) -> tuple[list[Step], int, int, list[Record], str]:
    """A story, where in it wrong data comes and where it is retracted, the data, and from when on it is wrong."""
    story = draw(stories(longest=30))
    arrives = draw(st.integers(3, len(story)))
    noticed = draw(st.integers(arrives, min(len(story), arrives + 4)))
    symbol = draw(st.sampled_from(sorted({each["symbol"] for _, step in story for each in step.get("batch", [])})))
    times = [each.get("end", each.get("time")) for _, step in story[:arrives] for each in step.get("batch", [])]
    start = max(each for each in times if each < OPENING + timedelta(days=300)) + draw(
        st.sampled_from([timedelta(0), timedelta(minutes=1), timedelta(days=200)])
    )
    tick = SYMBOLS[symbol][2]
    price = max(
        tick, SYMBOLS[symbol][1] * draw(st.sampled_from([Decimal(1), Decimal("1.01"), Decimal("0.97")])) // tick * tick
    )
    bar = {"symbol": symbol, "start": start, "end": start + timedelta(minutes=30), "open": price, "volume": Decimal(9)}
    bar |= {"high": price + tick, "low": price, "close": price}
    quote = {"symbol": symbol, "time": start + timedelta(hours=1), "price": price}
    data = draw(st.sampled_from([[bar], [quote], [bar, quote]]))
    return story, arrives, noticed, data, symbol


async def assert_the_law(first: Client, twin: Client, mistake: Any) -> str:
    """Live through a mistake, and retract it; what came of that."""
    story, arrives, noticed, data, symbol = mistake
    await live(first, [*story[:arrives], ("ingest", {"batch": data}), *story[arrives:noticed]])
    since = min(each.get("start", each.get("time")) for each in data)
    before = await state_of(first, ACCOUNTS)
    payload = await first.do("retractMarketData", symbol=symbol, **{"from": instant(since)})
    if payload["errors"]:
        assert [each["code"] for each in payload["errors"]] == ["MARKET_DATA_USED"]
        assert await state_of(first, ACCOUNTS) == before
        try:
            await tell_the_same(first, twin, lambda bar, row: bar.symbol != symbol or not bar.lies_after(since))
        except AssertionError:
            return "refused"
        assert await journal_of(twin) != await journal_of(first)
        return "refused"
    after = await state_of(first, ACCOUNTS)
    await live(first, story[noticed:])
    await tell_the_same(first, twin, unless_retracted)
    assert await state_of(first, ACCOUNTS) == await state_of(twin, ACCOUNTS)
    return "retracted, and marked" if before["marks"] != after["marks"] else "retracted"


LIVES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@settings(LIVES, max_examples=20)
@given(mistake=mistakes())
async def test_what_is_retracted_is_as_if_it_had_never_been(
    quiet: None, tmp_path_factory: pytest.TempPathFactory, mistake: Any
) -> None:
    folder = tmp_path_factory.mktemp("law")
    urls = [f"sqlite:///{folder / name}.sqlite3" for name in ("first", "twin")]
    async with desk_on(urls[0], wall=lambda: WALL) as first, desk_on(urls[1], wall=lambda: WALL) as twin:
        event(await assert_the_law(first, twin, mistake))
        await assert_parity_of_all(first, folder)
    await verified(urls[0])
