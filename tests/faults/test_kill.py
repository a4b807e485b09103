"""A server killed again and again ends with the record of one that was never killed, to the last digit."""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.persistence.tables import positions, signals
from tests.faults.campaign import ACCOUNTS, EXECUTE, SIGNALS, campaign
from tests.faults.fleet import fleet
from tests.faults.ledger import Ledger, assert_same, ledger
from tests.faults.scale import sized
from tests.processes import papertape
from tests.rows import rows_of

KILLS = sized(3, 200)
LONGEST_DELAY = 0.05
PATIENCE_SECONDS = sized(60, 600)
"""For `verify`, which takes half a minute of CPU after the long campaign."""
MISTAKES = {"ACCOUNT_NOT_FOUND", "IDEMPOTENCY_CONFLICT", "INVALID_INPUT"}


@dataclass
class Acknowledged:
    """What the servers acknowledged: the error codes of each signal, by its id."""

    signals: dict[str, list[str]] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)


def run(url: str, folder: Path, *, kills: int, servers: int = 1) -> Acknowledged:
    """The campaign from its beginning to its end, with so many kills at random moments, servers taking turns."""
    rounds = list(campaign())
    chance = random.Random(kills)
    fatal = {place: number for number, place in enumerate(sorted(chance.sample(range(len(rounds)), kills)))}
    acknowledged = Acknowledged()
    with fleet(url, folder, servers) as desks, ThreadPoolExecutor(len(ACCOUNTS)) as pool:
        for place, requests in enumerate(rounds):
            answers = [pool.submit(desks.send, request) for request in requests]
            if place in fatal:
                desks.kill(fatal[place], chance.uniform(0, LONGEST_DELAY))
            for request, answer in zip(requests, answers, strict=True):
                record_answer(acknowledged, request.document, answer.result())
        desks.stop()
        acknowledged.counted += desks.counted
    verified = papertape("verify", "--database-url", url, folder=folder, patience=PATIENCE_SECONDS)
    assert (verified.code, verified.err) == (0, ""), verified.out
    return acknowledged


def record_answer(acknowledged: Acknowledged, document: str, payload: dict[str, Any]) -> None:
    codes = [error["code"] for error in payload["errors"]]
    assert MISTAKES.isdisjoint(codes)
    if document == EXECUTE:
        acknowledged.signals[payload["signal"]["signalId"]] = codes
        acknowledged.counted["replayed"] += payload["replayed"]


def lost_and_doubled(url: str, acknowledged: Acknowledged) -> tuple[int, int]:
    """How many acknowledged signals are missing or have another status, and how many entered more than once."""
    kept, entered = rows_of(
        url,
        select(signals.c.signal_id, signals.c.status),
        select(positions.c.account_id, positions.c.signal_id),
    )
    held = Counter(str(row.signal_id) for row in kept)
    rejected = {str(row.signal_id) for row in kept if row.status == "REJECTED"}
    lost = [name for name, codes in acknowledged.signals.items() if not held[name] or (codes and name not in rejected)]
    twice = len(kept) - len(held) + len(entered) - len(set(entered))
    return len(lost), twice


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The ledger of a desk that nobody killed."""
    folder = tmp_path_factory.mktemp("expected")
    run("sqlite:///desk.sqlite3", folder, kills=0)
    return ledger(f"sqlite:///{folder / 'desk.sqlite3'}")


def test_the_campaign_has_enough_signals_of_every_status(expected: Ledger) -> None:
    assert expected["bars"].total() == 2_016
    assert expected["signals"].total() == SIGNALS
    for status in ("EXECUTED", "REJECTED", "EXPIRED"):
        assert sum(f"'status': '{status}'" in row for row in expected["signals"]) >= 10
    assert expected["trades"].total() >= 100
    for kind in ("AMENDED", "REDUCED"):
        assert sum(f"'{kind}'" in row for row in expected["journal"]) >= 10


def test_a_desk_killed_in_the_middle_ends_with_the_same_record(
    database_url: str, tmp_path: Path, expected: Ledger, record_property: Callable[[str, object], None]
) -> None:
    embedded = database_url.startswith("sqlite")
    acknowledged = run(database_url, tmp_path, kills=KILLS, servers=1 if embedded else 2)
    lost, doubled = lost_and_doubled(database_url, acknowledged)
    for name in ("kills", "unanswered", "unavailable", "replayed"):
        record_property(name, acknowledged.counted[name])
    record_property("signals acknowledged", len(acknowledged.signals))
    record_property("lost", lost)
    record_property("doubled", doubled)
    assert (acknowledged.counted["kills"], len(acknowledged.signals), lost, doubled) == (KILLS, SIGNALS, 0, 0)
    assert_same(ledger(database_url), expected)
    if embedded:
        with closing(sqlite3.connect(tmp_path / "papertape.sqlite3")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
