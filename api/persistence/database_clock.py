"""What time it is, by the database and by its record."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from api.persistence import tables


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the database's own clock shows, if it has one, and when the newest command was recorded, if there is one."""

    database: datetime | None
    newest_record: datetime | None


def read_clocks(connection: Connection) -> Clocks:
    """The time by the database; SQLite has the clock of the machine that asks."""
    commands = tables.commands.c
    newest = select(commands.recorded_at).order_by(commands.ordinal.desc()).limit(1)
    recorded = connection.execute(newest).scalar_one_or_none()
    return Clocks(_own_clock(connection), recorded)


def database_time(connection: Connection) -> datetime:
    """What time it is for all who share the database."""
    return _own_clock(connection) or datetime.now(UTC)


def _own_clock(connection: Connection) -> datetime | None:
    """SQLite has none but the machine's."""
    if connection.dialect.name == "sqlite":
        return None
    shown: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return shown
