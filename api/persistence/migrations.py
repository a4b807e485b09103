"""Bringing a database to the shape that this version of the desk needs."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
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
        try:
            _migrate(connection, revision)
        except CommandError as problem:
            raise CannotMigrate(f"cannot bring the database to revision {revision}: {problem}") from problem


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
    if revision is not None and not _is_known(revision):
        raise MigrationsPending(_FOREIGN.format(revision))
    if revision != wanted:
        shape = "empty" if revision is None else f"at revision {revision}"
        raise MigrationsPending(f"the database is {shape}, not at {wanted}: run `papertape migrate` first")


def foreign_revision(engine: Engine) -> str | None:
    """The revision of a database of another version of Papertape; None for one that is none."""
    revision = _revision(engine)
    return None if revision is None or _is_known(revision) else revision


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str | None:
    """The revision that this version of the desk needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _is_known(revision: str) -> bool:
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _migrate(connection: Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and not _is_known(current):
        raise CannotMigrate(_FOREIGN.format(current))
    if current is None and connection.dialect.name == "sqlite":
        _require_nothing_else(connection)
    if connection.dialect.name == "postgresql" and _changes(revision, current):
        _require_no_server(connection)
    if _is_older(config, revision, current):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)
    _ensure_desk(connection)


def _require_nothing_else(connection: Connection) -> None:
    """A file that another program keeps its data in is no new desk."""
    tables = sorted(set(inspect(connection).get_table_names()) - {"alembic_version"})
    if tables:
        shown = ", ".join(tables[:3]) + (", ..." if len(tables) > 3 else "")
        raise CannotMigrate(f"the database is not Papertape's: it holds {shown}; name another file")


def _changes(revision: str, current: str | None) -> bool:
    """Whether anything is to be done: a migration to where the database is disturbs no server."""
    return (newest_revision() if revision == "head" else revision) != current


def _require_no_server(connection: Connection) -> None:
    if not connection.execute(text(f"SELECT pg_try_advisory_xact_lock({SERVING_LOCK})")).scalar_one():
        raise CannotMigrate("a server is running on the database: stop every server before migrating it")


def _is_older(config: Config, revision: str, current: str | None) -> bool:
    if current is None or revision in ("head", current):
        return False
    ancestors = {
        iterate_revision.revision
        for iterate_revision in ScriptDirectory.from_config(config).iterate_revisions(current, "base")
    }
    return revision == "base" or revision in ancestors


def _ensure_desk(connection: Connection) -> None:
    """The one row of the desk, which every writer locks."""
    if connection.dialect.has_table(connection, desk.name) and connection.execute(select(desk.c.id)).first() is None:
        connection.execute(desk.insert().values(id=1, ordinal=0))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    return config
