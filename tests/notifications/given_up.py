"""Targets at which messages were given up, which takes a day."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

SINCE = datetime(2024, 1, 2, 15, 4, 5, tzinfo=UTC)
REASON = "it answered 503"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def give_up_two(folder: Path, name: str) -> None:
    """Write into the file of a desk that does not run that two messages to a target were given up."""
    since = (SINCE - _EPOCH) // timedelta(microseconds=1)
    statement = "UPDATE notification_targets SET failed = 2, given_up_since = ?, given_up_reason = ? WHERE name = ?"
    with closing(sqlite3.connect(folder / "papertape.sqlite3")) as connection, connection:
        assert connection.execute(statement, (since, REASON, name)).rowcount == 1
