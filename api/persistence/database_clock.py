"""What time it is, by the database and by its record."""

from dataclasses import dataclass
from datetime import datetime

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
    if connection.dialect.name == "sqlite":
        return Clocks(None, recorded)
    return Clocks(connection.execute(select(func.clock_timestamp())).scalar_one(), recorded)
