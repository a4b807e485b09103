"""Rows that are inserted several at a time are there as if they were inserted one by one."""

import sqlite3
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from api.persistence.joint_insertion import insert_all

KEPT = "INSERT INTO kept (key, first, last) VALUES (?, ?, ?)"
REPLACED = f"{KEPT} ON CONFLICT (key) DO UPDATE SET last = excluded.last"


Row = tuple[int, int, str]


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 99), st.text(max_size=9)), max_size=400))
def test_rows_and_what_they_replace_are_as_if_one_by_one(rows: list[Row]) -> None:
    assert_as_one_by_one(REPLACED, rows)


@given(st.dictionaries(st.integers(0, 500), st.text(max_size=9), max_size=400))
def test_new_rows_are_as_if_one_by_one(texts: dict[int, str]) -> None:
    assert_as_one_by_one(KEPT, [(key, -key, text) for key, text in texts.items()])


def assert_as_one_by_one(sql: str, rows: list[Row]) -> None:
    with closing(sqlite3.connect(":memory:")) as joint, closing(sqlite3.connect(":memory:")) as single:
        for connection in (joint, single):
            connection.execute("CREATE TABLE kept (key INTEGER PRIMARY KEY, first INTEGER, last TEXT)")
        insert_all(joint.cursor(), sql, rows)
        single.executemany(sql, rows)
        assert list(joint.execute("SELECT * FROM kept")) == list(single.execute("SELECT * FROM kept"))
