"""Drivers' errors: an unavailable database, a lost connection, or a wrong statement of our own."""

import sqlite3

import asyncpg
import pytest
from sqlalchemy import exc

from api.errors import ConnectionLost, Unavailable
from api.persistence.database_errors import DatabaseFailure, explained


class Raised(Exception):
    """What a driver raised, as SQLAlchemy's adapter translates it."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("cannot switch to state 12; another operation (2) is in progress")
        self.sqlstate = sqlstate


def of(kind: type[exc.DBAPIError], sqlstate: str | None = None, *, invalidated: bool = False) -> exc.DBAPIError:
    return kind("SELECT 1", {}, Raised(sqlstate), connection_invalidated=invalidated)


LOST = [
    of(exc.InternalError),
    of(exc.InterfaceError),
    of(exc.DBAPIError, "08003"),
    of(exc.DBAPIError, "57P01"),
    of(exc.DBAPIError, "25P03"),
    of(exc.ProgrammingError, "42601", invalidated=True),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.InternalClientError("got result for unknown protocol state 3"),
    ConnectionResetError(),
    BrokenPipeError(),
]
UNAVAILABLE = [
    of(exc.OperationalError),
    of(exc.DBAPIError, "53300"),
    of(exc.DBAPIError, "55P03"),
    of(exc.DBAPIError, "57014"),
    of(exc.DBAPIError, "58030"),
    exc.TimeoutError("QueuePool limit of size 4 overflow 4 reached"),
    exc.PendingRollbackError("Can't reconnect until invalid transaction is rolled back"),
    sqlite3.OperationalError("unable to open database file"),
    ConnectionRefusedError(),
    TimeoutError(),
]
WRONG = [
    of(exc.ProgrammingError, "42P01"),
    of(exc.IntegrityError, "23505"),
    of(exc.DataError, "22003"),
    of(exc.InternalError, "XX000"),
    ValueError("a row that makes no sense"),
]


@pytest.mark.parametrize("problem", LOST, ids=repr)
def test_a_lost_connection_is_distinguished_from_an_unavailable_database(problem: Exception) -> None:
    assert type(explained(problem)) is ConnectionLost


@pytest.mark.parametrize("problem", UNAVAILABLE, ids=repr)
def test_an_unreachable_or_busy_database_is_unavailable(problem: Exception) -> None:
    assert type(explained(problem)) is Unavailable


@pytest.mark.parametrize("problem", WRONG, ids=repr)
def test_a_wrong_statement_stays_a_database_failure(problem: Exception) -> None:
    assert type(explained(problem)) is DatabaseFailure
