"""PostgreSQL that does not answer, and a writer that does not read its answers: neither holds up a desk for long."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from time import monotonic

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import api.streams.service
from api.authorization.principal import OPERATOR
from api.codec.events import Stream
from api.codec.ids import account_id
from api.database_url import database_url
from api.errors import Unavailable
from api.persistence import tables
from api.persistence.database import Database
from api.persistence.desk_row import lock, newest
from api.persistence.engines import read_engine, write_engine
from api.streams.events import StreamEvent
from domain.engine.events import SignalEvent
from tests.builders import FREE, a_bar, a_signal
from tests.faults.fault_injection import Fault, Steps
from tests.faults.proxy import proxied
from tests.faults.scale import sized
from tests.loop_engine import LoopEngine
from tests.service.desks import Trader, desk_on, rows, running_writer, verified, writer_of

pytestmark = pytest.mark.usefixtures("quiet")

PATIENCE_SECONDS = 2.0
"""Longer than a busy server takes for any answer that is to come."""
NEVER = 1_000_000


@asynccontextmanager
async def disposed(engine: LoopEngine) -> AsyncIterator[LoopEngine]:
    """An engine that is disposed of at the end."""
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def writer_with_short_timeout(url: str) -> AsyncIterator[tuple[Trader, LoopEngine]]:
    """A writer that waits for an answer for a short time only, and its engine."""
    engine = LoopEngine(write_engine(database_url(url), patience=PATIENCE_SECONDS))
    async with disposed(engine), writer_of(engine) as desk:
        yield desk.trader(), engine


async def test_a_server_that_falls_silent_at_any_step_is_given_up_and_the_command_is_done_once(
    postgres_url: str, record_property: Callable[[str, object], None]
) -> None:
    """In a short run, at three steps: the desk's lock, the statement that saves, and the commit."""
    async with running_writer(postgres_url) as desk:
        await desk.trader().enable(**FREE)
        await desk.trader().bars(a_bar("09:00"))
    steps, waits = Steps(), []
    with proxied(postgres_url) as (proxy, through):
        silence = Fault("silence", lambda _: proxy.silence())
        async with writer_with_short_timeout(through) as (trader, engine):
            with steps.of(engine):
                for number in (1, 2):
                    steps.arm(silence, NEVER)
                    await trader.send(a_signal(quantity="1"), number)
                whole = steps.taken
                for number, at in enumerate(sized((1, whole - 1, whole), range(1, whole + 1)), start=3):
                    steps.arm(silence, at)
                    waits.append(await seconds_until_unavailable(trader, number))
                    proxy.restore()
                    assert (await trader.send(a_signal(quantity="1"), number)).refusal is None
                    assert len(await rows(engine, tables.positions)) == number
    record_property("silences", len(waits))
    record_property("seconds until the longest was given up", round(max(waits), 1))
    await verified(postgres_url)


async def seconds_until_unavailable(trader: Trader, number: int) -> float:
    started = monotonic()
    with pytest.raises(Unavailable):
        await trader.send(a_signal(quantity="1"), number)
    return monotonic() - started


async def test_a_silent_server_is_given_up_by_readers_too(postgres_url: str) -> None:
    with proxied(postgres_url) as (proxy, through):
        async with disposed(LoopEngine(read_engine(database_url(through), patience=PATIENCE_SECONDS))) as engine:
            assert await ordinal(engine) == 0
            proxy.silence()
            with pytest.raises(Unavailable, match="cannot be reached"):
                await ordinal(engine)
            proxy.restore()
            assert await ordinal(engine) == 0


async def ordinal(engine: LoopEngine) -> int:
    async with Database(engine.sync_engine).snapshot() as snapshot:
        return await snapshot.ask(newest)


async def test_a_stream_that_catches_up_waits_for_the_database_and_misses_nothing(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.streams.service, "_PAGE", 2)
    async with running_writer(postgres_url) as desk:
        await desk.trader().enable(**FREE)
        await desk.trader().bars(a_bar("09:00"))
        for number in range(1, 6):
            await desk.trader().send(a_signal(quantity="1"), number)
    with proxied(postgres_url) as (proxy, through):
        async with desk_on(through) as whole:
            streams = whole.services.streams
            async with aclosing(streams.follow(account_id("default"), 0, Stream.SIGNAL)) as events:
                seen = [await anext(events) for _ in range(2)]
                proxy.cut()
                with pytest.raises(Unavailable):
                    await streams.begin(OPERATOR, "default", None)
                third = asyncio.ensure_future(anext(events))
                done, _ = await asyncio.wait({third}, timeout=PATIENCE_SECONDS)
                assert not done
                proxy.restore()
                seen += [await third, *[await anext(events) for _ in range(2)]]
    assert [signal_of(event) for event in seen] == [1, 2, 3, 4, 5]


def signal_of(event: StreamEvent) -> int:
    assert isinstance(event.event, SignalEvent)
    return event.event.signal.signal_id.int


@pytest.mark.parametrize("is_known", [False, True], ids=["between two messages", "with its answer untaken"])
async def test_a_writer_that_freezes_in_a_statement_loses_its_lock_too(
    postgres_url: str, is_known: bool, record_property: Callable[[str, object], None]
) -> None:
    """A new statement is sent in two messages, the second after an answer to the first; a known one in one."""
    much = text("SELECT repeat('x', CAST(:times AS integer))")
    async with disposed(LoopEngine(write_engine(database_url(postgres_url)))) as engine, engine.connect() as frozen:
        await frozen.run_sync(lock)
        if is_known:
            await frozen.execute(much, {"times": 1})
        driver = frozen.driver_connection
        driver._transport.pause_reading()
        asking = asyncio.create_task(frozen.execute(much, {"times": 100_000_000}))
        started = monotonic()
        async with running_writer(postgres_url) as other:
            with pytest.raises(Unavailable):
                await other.trader().enable()
            await other.trader().enable()
        record_property("seconds until another writer had the lock", round(monotonic() - started, 1))
        driver._transport.resume_reading()
        with pytest.raises((SQLAlchemyError, OSError)):
            await asking
    await verified(postgres_url)


async def test_a_writer_sees_what_the_last_one_wrote_whatever_the_servers_default_is(postgres_url: str) -> None:
    async with disposed(LoopEngine(write_engine(database_url(postgres_url)))) as engine:
        async with engine.begin() as connection:
            name = (await connection.execute(text("SELECT current_database()"))).scalar_one()
            await connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_isolation TO serializable'))
        await engine.dispose()
        async with engine.begin() as connection:
            assert (await connection.execute(text("SHOW transaction_isolation"))).scalar_one() == "read committed"
