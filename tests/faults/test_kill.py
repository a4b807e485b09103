"""A server killed in the middle, again and again, holds in the end what one that lived holds, to the last digit."""

import json
import os
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Row, select

from api.persistence.tables import metadata
from tests.faults.campaign import ACCOUNTS, SIGNALS, Request, campaign
from tests.processes import Server, papertape, serving
from tests.rows import rows_of

KILLS = int(os.environ.get("PAPERTAPE_TEST_KILLS", "3"))
LONGEST_DELAY = 0.05
MISTAKES = {"ACCOUNT_NOT_FOUND", "IDEMPOTENCY_CONFLICT", "INVALID_INPUT"}
PLACES = {"ordinal", "batch", "opened", "began", "ended", "first", "last"}
RECORDED = {"recorded_at", "clock", "started_at", "ended_at", "enabled_since", "enabled_for"}
BY_CHANCE = PLACES | RECORDED
"""Which account's command of a round the desk took first, and what the wall clock showed, may differ."""


@dataclass
class Client:
    """Sends rounds of requests, each again until it is answered, through however many servers that takes."""

    url: str
    folder: Path
    stack: ExitStack
    http: httpx.Client
    up: threading.Event = field(default_factory=threading.Event)
    server: Server | None = None

    def start(self) -> None:
        """Start a server; the next one listens where the first did."""
        options = ("--database-url", self.url, "--clock", "market")
        port = self.server.port if self.server else 0
        self.server = self.stack.enter_context(serving(*options, folder=self.folder, port=port))
        self.up.set()

    def send(self, request: Request) -> None:
        """Until it is answered; an error is none of the answers that this campaign may get."""
        assert self.server is not None
        url, body = self.server.url, {"query": request.document, "variables": {"input": request.input}}
        while True:
            self.up.wait()
            try:
                answer = self.http.post(url, json=body).json()
            except httpx.TransportError:
                continue
            if "errors" not in answer:
                (payload,) = answer["data"].values()
                assert {error["code"] for error in payload["errors"]}.isdisjoint(MISTAKES)
                return
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAVAILABLE"]

    def kill(self, after: float) -> None:
        """Kill the server in the midst of a round, and start another."""
        assert self.server is not None
        time.sleep(after)
        self.up.clear()
        self.server.kill()
        self.start()


@contextmanager
def desk_at(url: str, folder: Path) -> Iterator[Client]:
    with ExitStack() as stack:
        if not url.startswith("sqlite"):
            assert papertape("migrate", "--database-url", url, folder=folder).code == 0
        client = Client(url, folder, stack, stack.enter_context(httpx.Client(timeout=30)))
        client.start()
        yield client


def run(url: str, folder: Path, kills: int) -> None:
    """The campaign from its beginning to its end, with so many kills at random moments."""
    rounds = list(campaign())
    chance = random.Random(kills)
    fatal = set(chance.sample(range(len(rounds)), kills))
    with desk_at(url, folder) as client, ThreadPoolExecutor(len(ACCOUNTS)) as pool:
        for number, round_ in enumerate(rounds):
            answers = [pool.submit(client.send, request) for request in round_]
            if number in fatal:
                client.kill(chance.uniform(0, LONGEST_DELAY))
            for answer in answers:
                answer.result()
        assert client.server is not None
        assert client.server.stop() == 0
    verified = papertape("verify", "--database-url", url, folder=folder)
    assert (verified.code, verified.err) == (0, ""), verified.out


def ledger(url: str) -> dict[str, Counter[str]]:
    """All that a database holds, table by table, but for what may differ by chance."""
    tables = metadata.sorted_tables
    found = rows_of(url, *(select(table) for table in tables))
    return {table.name: Counter(shown(row) for row in rows) for table, rows in zip(tables, found, strict=True)}


def shown(row: Row[Any]) -> str:
    values = {name: value for name, value in row._mapping.items() if name not in BY_CHANCE}
    if "payload" in values:
        values["payload"] = without_recording(json.loads(values["payload"]))
    return repr(values)


def without_recording(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_recording(each) for name, each in value.items() if name not in BY_CHANCE}
    return [without_recording(each) for each in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Counter[str]]:
    """The ledger of a desk that nobody killed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    run("sqlite:///desk.sqlite3", folder, kills=0)
    return ledger(f"sqlite:///{folder / 'desk.sqlite3'}")


def test_the_campaign_is_worth_the_trouble(undisturbed: dict[str, Counter[str]]) -> None:
    assert undisturbed["bars"].total() == 2_016
    assert undisturbed["signals"].total() == SIGNALS
    for status in ("EXECUTED", "REJECTED", "EXPIRED"):
        assert sum(f"'status': '{status}'" in row for row in undisturbed["signals"]) >= 10
    assert undisturbed["trades"].total() >= 100


def test_killed_in_the_middle_a_desk_holds_the_same(
    database_url: str, tmp_path: Path, undisturbed: dict[str, Counter[str]]
) -> None:
    run(database_url, tmp_path, KILLS)
    held = ledger(database_url)
    for table, rows in undisturbed.items():
        assert (table, rows - held[table], held[table] - rows) == (table, Counter(), Counter())
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(tmp_path / "papertape.sqlite3")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
