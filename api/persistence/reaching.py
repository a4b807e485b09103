"""A database that cannot be reached, or is in no state to answer: how that is told from a fault of ours."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.availability import Unavailable

_log = structlog.get_logger(__name__)

_LOCK_TIMEOUT = "55P03"
_CONFLICTS = frozenset({"40001", "40P01"})
# Connections, resources, an operator's intervention, the system: classes of
# https://www.postgresql.org/docs/current/errcodes-appendix.html, and two more that time puts right.
_AWAY = ("08", "53", "57", "58", "25P03", _LOCK_TIMEOUT, *_CONFLICTS)


def is_conflict(problem: Exception) -> bool:
    """Whether a transaction was undone because of another, so that it is worth the same try again."""
    return _sqlstate(problem) in _CONFLICTS


def is_lock_timeout(problem: Exception) -> bool:
    """Whether somebody held a lock for longer than it is waited for."""
    return _sqlstate(problem) == _LOCK_TIMEOUT


def is_out_of_reach(problem: SQLAlchemyError | OSError) -> bool:
    """Whether asking again later may help: what was asked is not to blame."""
    if not isinstance(problem, DBAPIError):
        return True
    return (
        problem.connection_invalidated or isinstance(problem, OperationalError) or _sqlstate(problem).startswith(_AWAY)
    )


def explained(problem: SQLAlchemyError | OSError) -> Exception:
    """What a reader is told: to ask again if the database is out of reach, else that the fault is ours."""
    return unavailable(problem) if is_out_of_reach(problem) else problem


def unavailable(problem: SQLAlchemyError | OSError) -> Unavailable:
    """What a reader is told of a database that is out of reach, whose reason is logged."""
    _log.warning("database out of reach", reason=(str(problem) or type(problem).__name__).splitlines()[0])
    return Unavailable("the database cannot be reached: ask again")


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A snapshot to ask something of. Raises Unavailable where the database is out of reach."""
    try:
        async with engine.connect() as connection, connection.begin():
            yield connection
    except (SQLAlchemyError, OSError) as problem:
        raise explained(problem) from problem


def _sqlstate(problem: Exception) -> str:
    return str(getattr(problem.orig, "sqlstate", None) or "") if isinstance(problem, DBAPIError) else ""
