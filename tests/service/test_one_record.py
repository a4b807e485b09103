"""Commands leave the same record, however they come to the desk, and on either database.

One after the other, in groups of any size, across restarts, through two processes that share a database: every row is
the same, to the last digit, but for where the rows of state were written last.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from itertools import count, cycle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from api.persistence import tables
from api.persistence.cached_state import CachedState, caught_up
from api.persistence.columns import metadata
from api.persistence.desk_row import head
from domain.engine.commands import Command
from domain.engine.results import CommandResult
from tests.conftest import sqlite_url_in
from tests.loop_engine import LoopEngine
from tests.service.commands import commands_of
from tests.service.compared_desks import comparable
from tests.service.desks import Row, RunningWriter, record, running_writer, verified, write_engine_of
from tests.strategies import WALL, scenarios

Record = dict[str, list[Row]]

group_sizes = st.lists(st.integers(1, 12), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URLs of new databases."""
    return (sqlite_url_in(tmp_path_factory.mktemp("desk")) for _ in count())


def grouped(commands: Sequence[Command], sizes: Sequence[int]) -> Iterator[Sequence[Command]]:
    start = 0
    for size in cycle(sizes):
        if start >= len(commands):
            return
        yield commands[start : start + size]
        start += size


def writer_on(url: str) -> AbstractAsyncContextManager[RunningWriter]:
    return running_writer(url, wall=lambda: WALL)


async def execute_group(desk: RunningWriter, group: Sequence[Command]) -> list[CommandResult]:
    """The answers to concurrent commands."""
    trader = desk.trader()
    return await asyncio.gather(*(trader.execute(command) for command in group))


async def one_by_one(url: str, commands: Sequence[Command]) -> tuple[list[CommandResult], Record]:
    answers: list[CommandResult] = []
    async with writer_on(url) as desk:
        for command in commands:
            answers += await execute_group(desk, [command])
        return answers, await lasting_record(desk.engine)


async def in_groups(
    url: str, commands: Sequence[Command], sizes: Sequence[int], *, restarting: bool
) -> tuple[list[CommandResult], Record]:
    answers: list[CommandResult] = []
    groups = list(grouped(commands, sizes))
    runs = [[group] for group in groups] if restarting else [groups]
    for run in runs:
        async with writer_on(url) as desk:
            for group in run:
                answers += await execute_group(desk, group)
            kept = await lasting_record(desk.engine)
    return answers, kept


async def by_two_desks(
    url: str, commands: Sequence[Command], sizes: Sequence[int]
) -> tuple[list[CommandResult], Record, list[list[int]]]:
    answers: list[CommandResult] = []
    async with (
        writer_on(url) as one,
        writer_on(url) as other,
    ):
        for desk, group in zip(cycle([one, other]), grouped(commands, sizes), strict=False):
            answers += await execute_group(desk, group)
        return answers, await lasting_record(one.engine), [one.announced, other.announced]


async def lasting_record(engine: LoopEngine) -> Record:
    """All that is stored, but for what is known of equities: how far they were looked at is each run's own affair."""
    passing = (tables.watermarks, tables.equity_hours, tables.equity_days)
    return {
        name: kept for name, kept in (await record(engine)).items() if name not in {table.name for table in passing}
    }


async def emptied(engine: LoopEngine) -> None:
    async with engine.begin() as connection:
        for table in metadata.sorted_tables:
            await connection.execute(delete(table))
        await connection.execute(insert(tables.desk).values(id=1, ordinal=0))
    await engine.dispose()


@given(scenario=scenarios(), sizes=group_sizes)
@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
async def test_groups_of_any_size_and_restarts_leave_no_trace(files: Iterator[str], scenario, sizes) -> None:  # type: ignore[no-untyped-def]
    commands = commands_of(scenario)
    alone, together, again = next(files), next(files), next(files)
    wanted = await one_by_one(alone, commands)
    assert await in_groups(together, commands, sizes, restarting=False) == wanted
    assert await in_groups(again, commands, sizes, restarting=True) == wanted
    for url in (alone, together, again):
        await verified(url)


@given(scenario=scenarios(), sizes=group_sizes)
@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
async def test_two_processes_on_postgresql_keep_the_record_that_one_keeps_on_sqlite(  # type: ignore[no-untyped-def]
    files: Iterator[str], module_postgres_url: str, scenario, sizes
) -> None:
    commands = commands_of(scenario)
    await emptied(write_engine_of(module_postgres_url))
    answers, kept = await one_by_one(next(files), commands)
    theirs, shared, announced = await by_two_desks(module_postgres_url, commands, sizes)
    assert theirs == answers
    assert shared == kept
    assert sorted(announced[0] + announced[1])[-1:] == [kept["desk"][0]["ordinal"]]
    await verified(module_postgres_url)


@given(scenario=scenarios(), split=st.integers(0, 40))
@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
async def test_a_desk_reloaded_or_caught_up_equals_the_one_that_never_stopped(  # type: ignore[no-untyped-def]
    files: Iterator[str], scenario, split
) -> None:
    """Positions, working signals, what is known of equities, marks, prices and the clock."""
    commands = commands_of(scenario)
    async with writer_on(next(files)) as desk:
        await execute_group(desk, commands[:split])
        halfway = await reloaded(desk)
        await execute_group(desk, commands[split:])
        kept = desk.live.newest
        assert kept is not None
        async with desk.engine.connect() as connection:
            caught, _ = await connection.run_sync(caught_up, halfway, await connection.run_sync(head))
        assert comparable(caught) == comparable(kept.desk) == comparable((await reloaded(desk)).desk)


async def reloaded(desk: RunningWriter) -> CachedState:
    async with desk.engine.connect() as connection:
        end = await connection.run_sync(head)
        whole, _ = await connection.run_sync(caught_up, None, end)
        return CachedState(end.ordinal, whole)
