"""Rows that PostgreSQL inserts with one statement are there as if they were inserted one by one."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Boolean, Column, Connection, Date, Engine, MetaData, String, Table, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from api.database_url import database_url as url_of
from api.persistence import direct_statements
from api.persistence.engines import write_engine
from api.persistence.set_insertion import Insertion
from api.persistence.types import Id
from tests.loop_engine import LoopEngine

Row = tuple[Any, ...]

metadata = MetaData()
kept = Table(
    "kept",
    metadata,
    Column("key", BigInteger, primary_key=True),
    Column("end", String(9)),
    Column("id", Id),
    Column("day", Date),
    Column("is_true", Boolean),
)
counted = Table(
    "counted",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(9), primary_key=True),
    Column("bits", BigInteger),
)
KEPT = kept.insert()
COUNTED = insert(counted)
COUNTED = COUNTED.on_conflict_do_update(
    index_elements=["id", "name"], set_={"bits": counted.c.bits.bitwise_or(COUNTED.excluded.bits)}
)

ids = st.integers(0, 3).map(lambda number: UUID(int=number))
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
kept_values = st.tuples(st.none() | texts, st.none() | ids, st.none() | st.dates(), st.none() | st.booleans())
kept_rows = st.dictionaries(st.integers(-(2**63), 2**63 - 1), kept_values, max_size=9)
counted_rows = st.dictionaries(st.tuples(ids, st.sampled_from("ab")), st.integers(0, 99), max_size=9)


def rows_of(kept_by_key: dict[int, Row], counted_by_key: dict[Row, int]) -> list[Insertion]:
    return [
        (KEPT, [(key, *values) for key, values in kept_by_key.items()]),
        (COUNTED, [(*key, bits) for key, bits in counted_by_key.items()]),
    ]


def one_by_one(connection: Connection, insertions: list[Insertion]) -> None:
    for statement, rows in insertions:
        for row in rows:
            connection.execute(statement, dict(zip(statement.table.c.keys(), row, strict=True)))


def stored(connection: Connection) -> list[set[Row]]:
    """What the tables hold, which are empty afterwards."""
    found = [{tuple(row) for row in connection.execute(select(table))} for table in (kept, counted)]
    for table in (kept, counted):
        connection.execute(delete(table))
    return found


def compare(engine: Engine) -> None:
    with engine.connect() as connection:
        metadata.create_all(connection)

        @given(kept_rows, counted_rows, counted_rows)
        def are_alike(own: dict[int, Row], first: dict[Row, int], second: dict[Row, int]) -> None:
            found = []
            for make in (direct_statements.insert, one_by_one):
                make(connection, rows_of({}, first))
                make(connection, rows_of(own, second))
                found.append(stored(connection))
            assert found[0] == found[1]

        are_alike()


async def test_rows_and_what_they_add_up_to_are_as_if_one_by_one(empty_postgres_url: str) -> None:
    engine = LoopEngine(write_engine(url_of(empty_postgres_url)))
    await engine.run(compare)
    await engine.dispose()


def insert_many(engine: Engine) -> None:
    many = {number: (f"{number}", None, None, None) for number in range(1_234)}
    with engine.connect() as connection:
        metadata.create_all(connection)
        direct_statements.insert(connection, rows_of(many, {(UUID(int=1), "a"): 1}))
        assert stored(connection) == [{(key, *values) for key, values in many.items()}, {(UUID(int=1), "a", 1)}]


async def test_more_rows_than_one_statement_takes_are_all_there(empty_postgres_url: str) -> None:
    engine = LoopEngine(write_engine(url_of(empty_postgres_url)))
    await engine.run(insert_many)
    await engine.dispose()


def insert_too_long(engine: Engine) -> None:
    with engine.connect() as connection:
        metadata.create_all(connection)
        with pytest.raises(DBAPIError, match="value too long"):
            direct_statements.insert(connection, rows_of({1: ("x" * 10, None, None, None)}, {}))


async def test_a_text_that_is_too_long_for_its_column_is_refused(empty_postgres_url: str) -> None:
    engine = LoopEngine(write_engine(url_of(empty_postgres_url)))
    await engine.run(insert_too_long)
    await engine.dispose()
