"""The same input gives the same journal, bit for bit: embedded, and on PostgreSQL by one process or by two."""

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

RUNS = sized(1, 4)
"""Of each kind."""

ROUNDS = sized(20, 40)


def run(url: str, folder: Path, servers: int, hash_seed: int) -> tuple[int, str]:
    """Send the campaign to some servers by turns; how many entries the journal has, and their hash."""
    with fleet(url, folder, servers, environment={"PYTHONHASHSEED": str(hash_seed)}) as desks:
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
    postgres: PostgresServer, postgres_template: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Each run has a hash seed of its own, so that no order of a set can hide."""
    digests: list[tuple[int, str]] = []
    for number in range(RUNS):
        folder = tmp_path / str(number)
        folder.mkdir()
        digests.append(run(sqlite_url_in(folder), folder, 1, hash_seed=len(digests)))
        for servers in (1, 2):
            url = postgres.create(postgres_template)
            digests.append(run(url, folder, servers, hash_seed=len(digests)))
            postgres.drop(url)
    entries, content = digests[0]
    for name, value in (("runs", len(digests)), ("journal entries", entries), ("SHA-256", content)):
        record_property(name, value)
    assert digests == [(entries, content)] * (3 * RUNS)
    assert entries > 5 * len(ACCOUNTS)
