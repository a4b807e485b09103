"""Numbers, times and lengths of time come back from both databases as they went in, or do not go in at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, delete, insert, select, text
from sqlalchemy.exc import StatementError

from api.database_url import database_url
from api.persistence.engines import write_engine
from api.persistence.types import Exact, Moment, Money, Span
from domain.money import LARGEST, OutOfRange
from tests.loop_engine import LoopConnection, LoopEngine

VALUES = Table(
    "kept_values",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("money", Money),
    Column("moment", Moment),
    Column("span", Span),
    Column("exact", Exact),
)
COUNT = 10**18 - 1

money = st.integers(-COUNT, COUNT).map(lambda count: Decimal(count).scaleb(-8))
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=offsets)
spans = st.timedeltas(timedelta(-1000), timedelta(100_000))
figures = st.decimals(-(10**40), 10**40, allow_nan=False, allow_infinity=False, places=24)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[LoopConnection]:
    engine = LoopEngine(write_engine(database_url(url)))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(VALUES.metadata.create_all)
            await connection.execute(delete(VALUES))
            yield connection
    finally:
        await engine.dispose()


@given(st.lists(st.tuples(money, moments, spans, figures), min_size=1, max_size=100))
@settings(max_examples=10)
async def test_values_are_read_as_they_were_written_to_the_last_digit(
    module_database_url: str, sent: list[Any]
) -> None:
    columns = ("money", "moment", "span", "exact")
    kept = [dict(zip(columns, value, strict=True)) for value in sent]
    async with connected(module_database_url) as connection:
        await connection.execute(insert(VALUES), [{"id": number, **values} for number, values in enumerate(kept)])
        rows = await connection.execute(select(VALUES).order_by(VALUES.c.id))
        assert [{name: row._mapping[name] for name in columns} for row in rows] == kept


async def test_the_largest_numbers_and_the_smallest_step_are_whole_in_the_database(database_url: str) -> None:
    sent = [LARGEST, -LARGEST, Decimal("0.00000001"), Decimal("1E+3"), Decimal(0)]
    async with connected(database_url) as connection:
        await connection.execute(insert(VALUES), [{"id": n, "money": value} for n, value in enumerate(sent)])
        stored = await connection.execute(text("SELECT money FROM kept_values ORDER BY id"))
        assert list(stored.scalars()) == [COUNT, -COUNT, 1, 100_000_000_000, 0]


async def test_a_time_is_the_same_moment_in_utc_whatever_its_offset(database_url: str) -> None:
    sent = datetime(2024, 3, 4, 3, 30, 0, 1, tzinfo=timezone(timedelta(hours=2)))
    async with connected(database_url) as connection:
        await connection.execute(insert(VALUES), {"id": 1, "moment": sent})
        (moment,) = (await connection.execute(select(VALUES.c.moment))).scalars()
    assert moment.isoformat() == "2024-03-04T01:30:00.000001+00:00"


async def test_null_stays_null(database_url: str) -> None:
    async with connected(database_url) as connection:
        await connection.execute(insert(VALUES), {"id": 1})
        assert (await connection.execute(select(VALUES))).one() == (1, None, None, None, None)


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (100.5, TypeError),
        (100, TypeError),
        ("100", TypeError),
        (Decimal("0.000000001"), OutOfRange),
        (Decimal(10) ** 10, OutOfRange),
        (Decimal("NaN"), OutOfRange),
        (Decimal("-Infinity"), OutOfRange),
    ],
    ids=str,
)
async def test_money_is_an_exact_decimal_or_it_is_refused(database_url: str, sent: object, why: type) -> None:
    async with connected(database_url) as connection:
        with pytest.raises((StatementError, why)) as refusal:
            await connection.execute(insert(VALUES), {"id": 1, "money": sent})
    assert isinstance(getattr(refusal.value, "orig", refusal.value), why)


async def test_a_naive_time_is_refused(database_url: str) -> None:
    async with connected(database_url) as connection:
        with pytest.raises((StatementError, ValueError), match="has no UTC offset"):
            await connection.execute(insert(VALUES), {"id": 1, "moment": datetime(2024, 3, 4)})


async def test_times_are_ordered_in_the_database_as_instants(database_url: str) -> None:
    earlier = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    later = datetime(1970, 1, 1, 2, 0, tzinfo=timezone(timedelta(hours=2)))
    async with connected(database_url) as connection:
        await connection.execute(insert(VALUES), [{"id": 1, "moment": later}, {"id": 2, "moment": earlier}])
        ids = await connection.execute(select(VALUES.c.id).order_by(VALUES.c.moment))
        assert list(ids.scalars()) == [2, 1]
        assert list((await connection.execute(select(VALUES.c.id).where(VALUES.c.moment < later))).scalars()) == [2]
