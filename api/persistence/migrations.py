"""Bringing a database to the shape that this version of the desk needs."""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select, text

import migrations
from api.errors import PapertapeError
from api.persistence.postgres import SERVING_LOCK
from api.persistence.tables import desk

ADVISORY_LOCK = 7_203_541_966
"""PostgreSQL's advisory lock that whoever migrates holds."""
_IDLE_TIMEOUT = "10min"
_FOREIGN = "the database is at revision {}, of another version of Papertape: move it aside, and begin a new one"


class MigrationsPending(PapertapeError):
    """The database is not in the shape that this version needs."""


class CannotMigrate(PapertapeError):
    """There is no way from the database's revision to the one asked for."""


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision, up or down, in one locked transaction. Raises CannotMigrate."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            _take_turn(connection)
        _migrate(connection, revision)


def _take_turn(connection: Connection) -> None:
    """Wait for another migration for as long as it takes; then have more time than a server has, with a limit."""
    patience = connection.execute(text("SHOW lock_timeout")).scalar_one()
    for statement in (
        f"SET LOCAL idle_in_transaction_session_timeout = '{_IDLE_TIMEOUT}'",
        "SET LOCAL statement_timeout = 0",
        "SET LOCAL lock_timeout = 0",
        f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})",
        f"SET LOCAL lock_timeout = '{patience}'",
    ):
        connection.execute(text(statement))


def require_current(engine: Engine) -> None:
    """Refuse a database that is not at the newest revision. Raises MigrationsPending."""
    revision = _revision(engine)
    wanted = newest_revision()
    if revision is not None and revision not in _revisions():
        raise MigrationsPending(_FOREIGN.format(revision))
    if revision != wanted:
        shape = "empty" if revision is None else f"at revision {revision}"
        raise MigrationsPending(f"the database is {shape}, not at {wanted}: run `papertape migrate` first")


def foreign_revision(engine: Engine) -> str | None:
    """The revision of a database of another version of Papertape; None for one that is none."""
    revision = _revision(engine)
    return None if revision is None or revision in _revisions() else revision


def newest_revision() -> str:
    """The revision that this version of the desk needs."""
    return _revisions()[-1]


@cache
def _revisions() -> list[str]:
    """Every revision, in order: the numbers with which the names of their files begin."""
    names = (path.name for path in (Path(migrations.__file__).parent / "versions").glob("[0-9]*_*.py"))
    return sorted((name.partition("_")[0] for name in names), key=int)


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return _revision_of(connection)


def _revision_of(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return revision


def _migrate(connection: Connection, revision: str) -> None:
    current = _revision_of(connection)
    if current is not None and current not in _revisions():
        raise CannotMigrate(_FOREIGN.format(current))
    if current is None and connection.dialect.name == "sqlite":
        _require_nothing_else(connection)
    if (newest_revision() if revision == "head" else revision) != current:
        if connection.dialect.name == "postgresql":
            _require_no_server(connection)
        _move(connection, revision, current)
    _ensure_desk(connection)


def _move(connection: Connection, revision: str, current: str | None) -> None:
    """Alembic takes long to import: most starts have nothing to migrate."""
    from alembic.util import CommandError

    from api.persistence.migration_scripts import move

    try:
        move(connection, revision, current)
    except CommandError as problem:
        raise CannotMigrate(f"cannot bring the database to revision {revision}: {problem}") from problem


def _require_nothing_else(connection: Connection) -> None:
    """A file that another program keeps its data in is no new desk."""
    tables = sorted(set(inspect(connection).get_table_names()) - {"alembic_version"})
    if tables:
        shown = ", ".join(tables[:3]) + (", ..." if len(tables) > 3 else "")
        raise CannotMigrate(f"the database is not Papertape's: it holds {shown}; name another file")


def _require_no_server(connection: Connection) -> None:
    if not connection.execute(text(f"SELECT pg_try_advisory_xact_lock({SERVING_LOCK})")).scalar_one():
        raise CannotMigrate("a server is running on the database: stop every server before migrating it")


def _ensure_desk(connection: Connection) -> None:
    """The one row of the desk, which every writer locks."""
    if connection.dialect.has_table(connection, desk.name) and connection.execute(select(desk.c.id)).first() is None:
        connection.execute(desk.insert().values(id=1, ordinal=0))
