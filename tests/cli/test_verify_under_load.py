"""`papertape verify` beside servers that are written to all the while: a moment's record is whole at every moment."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from pathlib import Path
from threading import Event

from sqlalchemy import select

from api.persistence.tables import desk
from tests.processes import Server, papertape, serving
from tests.rows import rows_of

CLIENTS = 4
ROUNDS_BEFORE = 5
VERIFICATIONS = 2
BEGIN = datetime(2024, 3, 4, 15, tzinfo=UTC)

ENABLE = "mutation ($account: String!) { enable(input: { account: $account }) { errors { code } } }"
QUOTE = """mutation ($symbol: String!, $time: DateTime!, $price: Decimal!) {
  ingestQuotes(input: { quotes: [{ symbol: $symbol, time: $time, price: $price }] }) { applied } }"""
SIGNAL = """mutation ($account: String!, $symbol: String!) { executeSignal(input: {
  account: $account, symbol: $symbol, side: LONG, stopLoss: "90", target1: "110", quantity: "1" }) {
  errors { code } } }"""


def trade(servers: list[Server], name: str, ready: Event, done: Event) -> int:
    """Buy at 100 and leave at the target, again and again, at each server in turn; how many round trips."""
    server = cycle(servers)
    next(server).query(ENABLE, account=name)
    for trips in count():
        if done.is_set():
            return trips
        if trips == ROUNDS_BEFORE:
            ready.set()
        for price, second in (("100", 2 * trips), ("111", 2 * trips + 1)):
            time = (BEGIN + timedelta(seconds=second)).isoformat()
            quoted = next(server).query(QUOTE, symbol=name, time=time, price=price)
            assert quoted["ingestQuotes"] == {"applied": 1}
            if price == "100":
                assert next(server).query(SIGNAL, account=name, symbol=name)["executeSignal"] == {"errors": []}
    raise AssertionError("there is no end to counting")


@contextmanager
def busy(servers: list[Server]) -> Iterator[list["Future[int]"]]:
    """Clients that trade until the end, each of which has a history by now."""
    done = Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        readies = [Event() for _ in range(CLIENTS)]
        trading = [pool.submit(trade, servers, f"C{number}", ready, done) for number, ready in enumerate(readies)]
        try:
            assert all(ready.wait(60) for ready in readies), [
                future.exception(0) for future in trading if future.done()
            ]
            yield trading
        finally:
            done.set()


def ordinal(url: str) -> int:
    [[row]] = rows_of(url, select(desk.c.ordinal))
    return int(row.ordinal)


def test_every_moment_of_a_busy_desk_is_verified_without_differences(
    database_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    processes = 1 if database_url.startswith("sqlite") else 2
    with ExitStack() as stack:
        serve = ("--clock", "market", "--database-url", database_url)
        servers = [stack.enter_context(serving(*serve, folder=tmp_path)) for _ in range(processes)]
        with busy(servers) as trading:
            for _ in range(VERIFICATIONS):
                before = ordinal(database_url)
                verified = papertape("verify", "--database-url", database_url, folder=tmp_path)
                after = ordinal(database_url)
                assert (verified.code, verified.err) == (0, ""), verified.out
                folded = re.search(r"^(\d+) facts folded: no differences\.$", verified.out, re.MULTILINE)
                assert folded is not None, verified.out
                assert before <= int(folded[1]) <= after
                record_property("written meanwhile", after - before)
        assert [server.stop() for server in servers] == [0] * processes
    trips = sum(future.result() for future in trading)
    record_property("round trips", trips)
    last = papertape("verify", "--database-url", database_url, folder=tmp_path)
    assert (last.code, "no differences.\n" in last.out) == (0, True), last.out
