"""A database that cannot be reached, or is in no state to answer, as distinct from a programming error."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, SQLAlchemyError

from api.errors import ConnectionLost, PapertapeError, Unavailable

_log = structlog.get_logger(__name__)

Kinds = tuple[type[Exception], ...]

_LOCK_TIMEOUT = "55P03"
_CONFLICTS = frozenset({"40001", "40P01"})
# Connections, resources, an operator's intervention, the system: classes of
# https://www.postgresql.org/docs/current/errcodes-appendix.html, and two more that time puts right.
_AWAY = ("08", "53", "57", "58", "25P03", _LOCK_TIMEOUT, *_CONFLICTS)
# A session that the server ended, or that the driver lost.
_BROKEN = ("08", "57P", "25P03")


def database_problems() -> Kinds:
    """All that using a database can raise: what SQLAlchemy translates, and what drivers raise where it does not, while
    a connection ends or is made."""
    return (
        SQLAlchemyError,
        OSError,
        sqlite3.Error,
        *_of_asyncpg("PostgresError", "InterfaceError", "InternalClientError"),
    )


def _of_asyncpg(*names: str) -> Kinds:
    """Errors of PostgreSQL's driver; none where it is not imported, as it is not for a file."""
    driver = sys.modules.get("asyncpg")
    return () if driver is None else tuple(getattr(driver, name) for name in names)


def is_conflict(problem: Exception) -> bool:
    """Whether a transaction was undone because of another, so that it is worth the same try again."""
    return _sqlstate(problem) in _CONFLICTS


def is_lock_timeout(problem: Exception) -> bool:
    """Whether somebody held a lock for longer than it is waited for."""
    return _sqlstate(problem) == _LOCK_TIMEOUT


def is_out_of_reach(problem: Exception) -> bool:
    """Whether asking again later may help: what was asked is not to blame."""
    if is_broken(problem) or isinstance(problem, OSError | OperationalError | sqlite3.OperationalError):
        return True
    if isinstance(problem, SQLAlchemyError) and not isinstance(problem, DBAPIError):
        return True
    return _sqlstate(problem).startswith(_AWAY)


def is_broken(problem: Exception) -> bool:
    """Whether only the connection is lost, with its session or the driver's state: another may do."""
    if isinstance(problem, DBAPIError) and problem.connection_invalidated:
        return True
    of_driver = _of_asyncpg("InterfaceError", "InternalClientError")
    if isinstance(problem, (InterfaceError, InternalError, *of_driver)):
        return not _sqlstate(problem)
    lost = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)
    return isinstance(problem, lost) or _sqlstate(problem).startswith(_BROKEN)


class DatabaseFailure(PapertapeError):
    """The database did not do what it was asked; the sentence is the first line of what it says of that.

    Its cause is the driver's error.
    """

    def __init__(self, problem: Exception) -> None:
        super().__init__((str(getattr(problem, "orig", None) or problem) or type(problem).__name__).splitlines()[0])
        self.is_conflict = is_conflict(problem)
        self.is_lock_timeout = is_lock_timeout(problem)
        self.is_lost_connection = is_broken(problem)


class OutcomeUnknown(Unavailable):
    """The connection broke while a transaction was committed."""

    def __init__(self) -> None:
        super().__init__("the commit's outcome is unknown: send the command again")


@contextmanager
def translated(failure: Callable[[Exception], PapertapeError] = DatabaseFailure) -> Iterator[None]:
    """Raise an error of `api.errors` in place of a driver's, which becomes its cause."""
    try:
        yield
    except database_problems() as problem:
        raise failure(problem) from problem


def explained(problem: Exception) -> PapertapeError:
    """What a reader gets: to ask again if the database is out of reach (the reason is logged); else what failed."""
    if not is_out_of_reach(problem):
        return DatabaseFailure(problem)
    _log.warning("database out of reach", reason=(str(problem) or type(problem).__name__).splitlines()[0])
    lost = is_broken(problem)
    return (ConnectionLost if lost else Unavailable)("the database cannot be reached: ask again")


def _sqlstate(problem: Exception) -> str:
    origin = problem.orig if isinstance(problem, DBAPIError) else problem
    return str(getattr(origin, "sqlstate", None) or "")
