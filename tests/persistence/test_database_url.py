"""A database's URL is read as SQLAlchemy reads it, and shown without its password."""

import pytest
from sqlalchemy import make_url

from api.database_url import UnsupportedDatabase, database_url
from api.persistence.driver_url import driver_url

URLS = [
    "sqlite:///papertape.sqlite3",
    "sqlite:////var/lib/paper%20tape/desk.sqlite3",
    "sqlite+aiosqlite:///papertape.sqlite3",
    "postgresql://localhost/desk",
    "postgres://trader@db.example:6432/desk",
    "postgresql+asyncpg://trader:p%40ss%2Fword@[::1]:5433/desk?ssl=require&host=a&host=b",
    "postgresql:///desk?host=/var/run/postgresql",
    "postgresql://trader:@db.example",
]


@pytest.mark.parametrize("text", URLS)
def test_a_url_is_read_as_the_driver_reads_it(text: str) -> None:
    driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    expected = make_url(text)
    assert driver_url(database_url(text)) == expected.set(drivername=driver[expected.drivername.partition("+")[0]])


@pytest.mark.parametrize("text", URLS)
def test_it_is_shown_without_its_password_and_its_driver(text: str) -> None:
    expected = make_url(text)
    kind = "sqlite" if text.startswith("sqlite") else "postgresql"
    assert database_url(text).shown == expected.set(drivername=kind).render_as_string(hide_password=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("desk", "'desk' is not a database URL"),
        ("postgresql://localhost:port/desk", "'postgresql://localhost:port/desk' is not a database URL"),
        ("trader:password@host", "what was given is not a database URL"),
        ("mysql://localhost/desk", "mysql is not supported; use sqlite:///FILE or postgresql://HOST/NAME"),
        ("sqlite://", "SQLite needs a file, as in sqlite:///papertape.sqlite3"),
        ("sqlite:///:memory:", "SQLite needs a file, as in sqlite:///papertape.sqlite3"),
        ("sqlite:///file:desk?mode=ro", "SQLite's file is named by its path, as in sqlite:///papertape.sqlite3"),
    ],
)
def test_what_no_desk_can_use_is_refused(text: str, expected: str) -> None:
    with pytest.raises(UnsupportedDatabase) as problem:
        database_url(text)
    assert str(problem.value) == expected
