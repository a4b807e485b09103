"""What notifications cost those who trade, and what a backlog of a month costs in memory.

Run as `python -m tests.benchmarks.notifications [MESSAGES]`: signals are sent to a server one after another while
nobody is told of them, a program is, an endpoint hangs, and a backlog is delivered, in turns. Then so many messages
that waited for an endpoint are delivered to it, while the server's memory is watched.
"""

import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

from rich.console import Console

from tests.benchmarks.measure import resident_mebibytes
from tests.notifications.receiver import Answer, Receiver
from tests.processes import Server, free_port, serving, wait_until

MESSAGES = 20_000
TRADES = 100
ROUNDS = 10
BACKLOG = 2_000
AT_ONCE = 500

SIGNAL = """mutation ($input: ExecuteSignalInput!) { executeSignal(input: $input) { signal { status } } }"""
SIGNALS = """mutation ($input: ExecuteSignalsInput!) { executeSignals(input: $input) { errors { message } } }"""
ADD = "mutation ($input: AddNotificationInput!) { addNotification(input: $input) { errors { message } } }"
REMOVE = "mutation ($input: RemoveNotificationInput!) { removeNotification(input: $input) { removed } }"
TEST = "mutation ($input: TestNotificationInput!) { testNotification(input: $input) { delivered } }"
ENABLE = """mutation {
  enable(input: {settings: {maxHeatPercent: "5000", maxCampaignRiskPercent: "5000", leverage: "50"}}) {
    errors { message }
  }
}"""

TRADE = {
    "symbol": "ACME",
    "side": "LONG",
    "timestamp": "2024-01-02T14:30:00Z",
    "marketPrice": "100",
    "stopLoss": "99",
    "quantity": "1",
}
REFUSED = {**TRADE, "quantity": "1000000"}


@contextmanager
def told(server: Server, url: str, event: str) -> Iterator[None]:
    """Somebody is told of an event."""
    server.query(ADD, input={"name": "somebody", "url": url, "events": [event]})
    yield
    server.query(REMOVE, input={"name": "somebody"})


@contextmanager
def receiving(port: int, *, hangs: bool = False) -> Iterator[str]:
    """A receiver in a process of its own, and its URL."""
    process = get_context("spawn").Process(target=_receive, args=(port, hangs))
    process.start()
    wait_until(lambda: _listens(port), "the receiver did not begin")
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        process.join()


def _receive(port: int, hangs: bool) -> None:
    with Receiver(lambda _: Answer(hangs=hangs), port):
        signal.pause()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def sent(server: Server) -> int:
    """How many messages have arrived."""
    states = server.query("{ notifications { sent } }")["notifications"]
    return int(states[0]["sent"])


@contextmanager
def nobody_is_told(_: Server) -> Iterator[None]:
    yield


@contextmanager
def a_program_is_told(server: Server) -> Iterator[None]:
    with receiving(free_port()) as url, told(server, url, "OPENED"):
        yield
        wait_until(lambda: sent(server) == TRADES, "not all arrived")


@contextmanager
def an_endpoint_hangs(server: Server) -> Iterator[None]:
    with receiving(free_port(), hangs=True) as url, told(server, url, "OPENED"):
        yield


@contextmanager
def a_backlog_is_delivered(server: Server) -> Iterator[None]:
    port = free_port()
    with told(server, f"http://127.0.0.1:{port}/", "REFUSED"):
        backlog(server, BACKLOG)
        with receiving(port):
            server.query(TEST, input={"name": "somebody"})
            yield


SITUATIONS: dict[str, Callable[[Server], AbstractContextManager[None]]] = {
    "nobody is told": nobody_is_told,
    "a program is told of each trade": a_program_is_told,
    "an endpoint hangs": an_endpoint_hangs,
    "a backlog is delivered meanwhile": a_backlog_is_delivered,
}


def latencies(server: Server, count: int) -> list[float]:
    """How long each of so many trades took, in milliseconds."""
    taken = []
    for _ in range(count):
        begun = perf_counter()
        server.query(SIGNAL, input=TRADE)
        taken.append(1_000 * (perf_counter() - begun))
    return taken


def measure_trades(server: Server, console: Console) -> None:
    """Trades, one after another, beside those who are told, in turns: a machine is not as fast all the time."""
    taken: dict[str, list[float]] = {situation: [] for situation in SITUATIONS}
    latencies(server, TRADES)
    for _ in range(ROUNDS):
        for situation, context in SITUATIONS.items():
            with context(server):
                taken[situation] += latencies(server, TRADES)
    for situation, ordered in ((situation, sorted(found)) for situation, found in taken.items()):
        middle, late = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
        console.print(f"{situation:<34} median {middle:6.2f} ms, p99 {late:6.2f} ms", highlight=False)


def backlog(server: Server, count: int) -> None:
    """So many refusals to be told of."""
    for _ in range(count // AT_ONCE):
        server.query(SIGNALS, input={"signals": [REFUSED] * AT_ONCE})


def measure_backlog(server: Server, count: int, console: Console) -> None:
    """Let messages wait for an endpoint, then deliver them."""
    port = free_port()
    with told(server, f"http://127.0.0.1:{port}/", "REFUSED"):
        backlog(server, count)
        before = most = resident_mebibytes(server.process.pid)
        begun = perf_counter()
        with receiving(port):
            assert server.query(TEST, input={"name": "somebody"})["testNotification"]["delivered"]
            while sent(server) < count:
                most = max(most, resident_mebibytes(server.process.pid))
                sleep(0.5)
        rate = count / (perf_counter() - begun)
    console.print(f"{count} messages that waited: {rate:.0f} a second", highlight=False)
    console.print(f"memory of the server: before {before:.0f} MiB, at most {most:.0f} MiB", highlight=False)


def main(arguments: list[str]) -> None:
    count, console = int(arguments[0]) if arguments else MESSAGES, Console()
    with TemporaryDirectory() as folder, serving("--notify-private", "127.0.0.1", folder=Path(folder)) as server:
        answer: dict[str, Any] = server.query(ENABLE)
        assert answer["enable"]["errors"] == []
        measure_trades(server, console)
        measure_backlog(server, count, console)


if __name__ == "__main__":
    main(sys.argv[1:])
