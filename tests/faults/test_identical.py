"""The same input gives the same journal, bit for bit: on either database, in one process or in two."""

import hashlib
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from api.persistence.tables import journal
from tests.conftest import sqlite_url_in
from tests.faults.campaign import ACCOUNTS, campaign
from tests.faults.fleet import fleet
from tests.faults.ledger import shown
from tests.faults.scale import sized
from tests.rows import rows_of
from tests.services import PostgresServer

RUNS = sized(1, 5)
"""On each database."""

ROUNDS = sized(20, 40)


def run(url: str, folder: Path, servers: int) -> tuple[int, str]:
    """Send the campaign to some servers by turns; how many lines the journal has, and their hash."""
    with fleet(url, folder, servers) as desks:
        for requests in islice(campaign(), ROUNDS):
            for request in requests:
                desks.send(request)
        desks.stop()
    (lines,) = rows_of(url, select(journal).order_by(journal.c.account_id, journal.c.seq))
    content = hashlib.sha256()
    for line in lines:
        content.update(shown(line).encode())
    return len(lines), content.hexdigest()


def test_the_same_input_gives_the_same_journal_on_either_database(
    postgres: PostgresServer, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    found: list[tuple[int, str]] = []
    for number in range(RUNS):
        embedded, scaled_out = tmp_path / f"embedded-{number}", tmp_path / f"scaled-out-{number}"
        for folder in (embedded, scaled_out):
            folder.mkdir()
        found.append(run(sqlite_url_in(embedded), embedded, servers=1))
        url = postgres.create()
        found.append(run(url, scaled_out, servers=2))
        postgres.drop(url)
    lines, content = found[0]
    for name, value in (("runs", len(found)), ("journal lines", lines), ("SHA-256", content)):
        record_property(name, value)
    assert found == [(lines, content)] * (2 * RUNS)
    assert lines > 5 * len(ACCOUNTS)
