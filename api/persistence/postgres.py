"""Sessions of PostgreSQL: what the desk sets in each of them, and what it cannot do without."""

from collections.abc import Callable
from uuid import uuid4

import structlog
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from api.database_url import DatabaseUrl
from api.errors import PapertapeError, Unavailable
from api.persistence.carriers import carrier_for
from api.persistence.driver_url import driver_url

_log = structlog.get_logger(__name__)

SERVING_LOCK = 7_203_541_967
"""The advisory lock that servers share for as long as they run, and that a migration has alone."""
CONNECT_SECONDS = 5
_ANSWER_SECONDS = 10
_ROUNDS = 5
# A statement that another session prepared, or that this one did not: two clients share a session.
_OF_A_SHARED_SESSION = frozenset({"26000", "42P05"})

_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
_SERVES = f"SELECT pg_try_advisory_lock_shared({SERVING_LOCK})"
_UNSAFE = text(
    "SELECT name FROM pg_settings "
    "WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' ORDER BY name"
)
_BACKEND = text("SELECT pg_backend_pid()")


class BeingMigrated(Unavailable):
    """A migration has the database to itself."""


class SharedSessions(PapertapeError):
    """A pooler gives each transaction another session, so that nothing that is set or locked in one lasts."""


def session_set_up(
    lock_timeout_ms: int, idle_ms: int, *, writes: bool, serves: bool
) -> Callable[[DBAPIConnection, ConnectionPoolEntry], None]:
    """What to do with each new connection: set its limits; make commits durable; share the database with no migration.

    The limits are set here and not as the session starts, for poolers refuse what they do not know there. What is more
    than durable (`remote_apply`) stays as it is. Connecting raises BeingMigrated.
    """
    statements = [
        f"SET lock_timeout = {lock_timeout_ms}",
        f"SET idle_in_transaction_session_timeout = {idle_ms}",
        *([_DURABLE] if writes else []),
    ]

    def set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        if serves:
            cursor.execute(_SERVES)
            if cursor.fetchone() != (True,):
                raise BeingMigrated("the database is being migrated: try again when that is done")
        connection.commit()
        cursor.close()

    return set_up


def warn_of_unsafe_settings(engine: Engine) -> None:
    """Log which settings in force let a power failure take what was acknowledged."""
    with engine.connect() as connection:
        names = connection.execute(_UNSAFE).scalars().all()
    for name in names:
        _log.warning(f"{name} is off on the database server: a power failure may lose what was acknowledged")


async def require_sessions(url: DatabaseUrl) -> None:
    """Make sure that a connection keeps its session from one transaction to the next. Raises SharedSessions."""
    arguments = {
        "timeout": CONNECT_SECONDS,
        "command_timeout": _ANSWER_SECONDS,
        "statement_cache_size": 0,
        "prepared_statement_cache_size": 0,
        "prepared_statement_name_func": lambda: f"papertape_{uuid4()}",
    }
    engine = create_engine(driver_url(url), poolclass=NullPool, connect_args=arguments)
    if await carrier_for(engine.dialect).carry(lambda: _are_shared(engine)):
        raise SharedSessions(
            f"a pooler at {url.server} gives each transaction another session of PostgreSQL "
            "(PgBouncer's transaction mode): use its session mode, or connect to PostgreSQL itself"
        )


def _are_shared(engine: Engine) -> bool:
    try:
        with engine.connect() as first, engine.connect() as second:
            return any(_are_mixed(first, second) for _ in range(_ROUNDS))
    except DBAPIError as problem:
        if getattr(problem.orig, "sqlstate", None) not in _OF_A_SHARED_SESSION:
            raise
        return True


def _are_mixed(first: Connection, second: Connection) -> bool:
    """Whether one connection meets another session, or the other's; tried more than once, as others may interfere."""
    begun_with = _backend(first)
    first.commit()
    other = _backend(second)
    again = _backend(first)
    first.commit()
    second.commit()
    return begun_with != again or begun_with == other


def _backend(connection: Connection) -> int:
    """The server process that the transaction under way runs in."""
    return int(connection.execute(_BACKEND).scalar_one())
