"""The best prices that are kept for trailing stops (R26)."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select

from api.database_url import database_url as url_of
from api.persistence import tables
from api.persistence.engines import write_engine
from api.persistence.projections.watermarks import delete_extremes
from tests.builders import D, TheDesk
from tests.loop_engine import LoopEngine

MORE_THAN_POSTGRESQL_TAKES_IN_ONE_STATEMENT = 33_000


@pytest.mark.postgres
async def test_one_bar_may_end_more_trailing_stops_than_a_statement_has_parameters(postgres_url: str) -> None:
    after = TheDesk().account
    extremes = {UUID(int=number): D(1) for number in range(MORE_THAN_POSTGRESQL_TAKES_IN_ONE_STATEMENT)}
    before = replace(after, watermarks=replace(after.watermarks, extremes=extremes))
    rows = [{"position_id": key, "account_id": after.id, "price": price} for key, price in extremes.items()]
    engine = LoopEngine(write_engine(url_of(postgres_url)))
    async with engine.begin() as connection:
        await connection.execute(insert(tables.extremes), rows)
        await connection.run_sync(delete_extremes, [before], [after])
        left = (await connection.execute(select(func.count()).select_from(tables.extremes))).scalar_one()
    await engine.dispose()
    assert left == 0
