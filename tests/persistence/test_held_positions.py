"""What accounts hold is the same out of raw rows, as a desk starts, as it is of Positions."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from api.persistence import tables
from api.persistence.cached_state import whole_desk
from api.persistence.repositories import load_positions
from domain.engine.state import Desk
from domain.portfolio.open_positions import OpenPositions
from domain.portfolio.position import Position
from tests.conftest import sqlite_url_in
from tests.service.commands import commands_of
from tests.service.desks import running_writer
from tests.strategies import WALL, at_most, scenarios


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URLs of new databases."""
    return (sqlite_url_in(tmp_path_factory.mktemp("desk")) for _ in count())


@given(scenario=scenarios(longest=80))
@settings(max_examples=at_most(15), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
async def test_a_desk_out_of_raw_rows_equals_one_of_positions(files: Iterator[str], scenario) -> None:  # type: ignore[no-untyped-def]
    """As the writer reads them, whose driver blocks; below readers do."""
    url = next(files)
    async with running_writer(url, wall=lambda: WALL) as desk:
        trader = desk.trader()
        for command in commands_of(scenario):
            await trader.execute(command)
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.connect() as connection:
        raw, positions = both(connection)
    engine.dispose()
    assert_equal(raw, of_positions(raw, positions))


@given(scenario=scenarios(longest=60), taken=st.integers(0, 9))
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
async def test_raw_rows_read_one_by_one_are_the_positions(files: Iterator[str], scenario, taken: int) -> None:  # type: ignore[no-untyped-def]
    """Each is found and taken out before the others are made of their rows."""
    async with running_writer(next(files), wall=lambda: WALL) as desk:
        trader = desk.trader()
        for command in commands_of(scenario):
            await trader.execute(command)
        async with desk.engine.connect() as connection:
            raw, positions = await connection.run_sync(both)
    for account in raw.accounts.values():
        held = [position for position in positions if position.account_id == account.id]
        lazy, plain = account.positions, OpenPositions.of(held)
        for position in held[: taken + 1]:
            closed = replace(position, open_quantity=position.open_quantity * 0)
            lazy, plain = lazy.with_position(closed), plain.with_position(closed)
            assert position.id not in lazy
            assert (len(lazy), set(lazy)) == (len(plain), set(plain))
        for position in held[: taken // 2]:
            lazy, plain = lazy.with_position(position), plain.with_position(position)
            assert lazy[position.id] is position
        assert (lazy, lazy.exposures) == (plain, plain.exposures)


def both(connection: Connection) -> tuple[Desk, list[Position]]:
    return whole_desk(connection), load_positions(connection, tables.IS_HELD)


def of_positions(desk: Desk, positions: list[Position]) -> Desk:
    accounts = [
        replace(account, positions=OpenPositions.of(one for one in positions if one.account_id == account.id))
        for account in desk.accounts.values()
    ]
    return Desk.of(accounts, desk.markets.values(), desk.latest_end, desk.watches, desk.recent)


def assert_equal(raw: Desk, plain: Desk) -> None:
    for name, account in plain.accounts.items():
        held, wanted = raw.accounts[name].positions, account.positions
        assert held.exposures == wanted.exposures
        assert held.open_risk() == wanted.open_risk()
        for campaign in {position.campaign_id for position in wanted.values()}:
            assert held.open_risk(campaign) == wanted.open_risk(campaign)
        assert held == wanted
    indices = [{symbol: index.now for symbol, index in desk.triggers.items()} for desk in (raw, plain)]
    assert indices[0] == indices[1]
