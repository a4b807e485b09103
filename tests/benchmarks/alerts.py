"""How long an alert takes from the door to its fill, while nothing else happens and beside batches of 5 000 bars.

Run as `python -m tests.benchmarks.alerts [ROUNDS]`: alerts are sent one after another, each answered once it is a
fill, in turns while nothing else happens and while another program sends batches.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter

import httpx
from rich.console import Console

from tests.processes import Server, serving

ROUNDS = 5
ALERTS = 50
"""As many as a hook takes at once."""
BARS = 5_000
OPENING = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

ENABLE = """mutation {
  enable(input: {settings: {maxHeatPercent: "5000", leverage: "50", maxPriceAgeSeconds: 31536000}}) {
    errors { message }
  }
}"""
QUOTE = """mutation ($time: DateTime!) {
  ingestQuotes(input: {quotes: [{symbol: "ACME", time: $time, price: "100"}]}) { applied }
}"""
HOOK = """mutation ($name: String!) {
  createHook(input: {name: $name, template: "json", quantity: "1", stopPercent: "5"}) { path }
}"""
BATCH = "mutation ($bars: [BarInput!]!) { ingestBars(input: {bars: $bars}) { applied } }"


def bars(number: int) -> list[dict[str, str]]:
    """The nth batch: the next minutes of fifty symbols that nobody holds."""
    figures = {"open": "10", "high": "11", "low": "9", "close": "10"}
    minutes = BARS // 50
    starts = [OPENING + (number * minutes + minute) * MINUTE for minute in range(minutes)]
    return [
        {"symbol": f"S{symbol}", "start": start.isoformat(), "end": (start + MINUTE).isoformat(), **figures}
        for start in starts
        for symbol in range(50)
    ]


@contextmanager
def batches(server: Server) -> Iterator[None]:
    """One batch after another for as long as the context lasts."""
    done = Event()

    def send() -> None:
        with httpx.Client(base_url=server.http.base_url, timeout=60) as client:
            while not done.is_set():
                variables = {"bars": bars(next(_BATCHES))}
                answer = client.post("/graphql", json={"query": BATCH, "variables": variables})
                assert f'"applied":{BARS}' in answer.text, answer.text

    with ThreadPoolExecutor(1) as program:
        sending = program.submit(send)
        try:
            yield
        finally:
            done.set()
        sending.result()


_BATCHES, _ALERTS, _HOOKS = count(), count(1), count()

SITUATIONS: dict[str, Callable[[Server], AbstractContextManager[None]]] = {
    "nothing else happens": lambda _: nullcontext(),
    f"beside batches of {BARS} bars": batches,
}


def latencies(server: Server) -> list[float]:
    """How long each alert through a new hook took until it was a fill, in milliseconds."""
    taken = []
    path = server.query(HOOK, name=f"door-{next(_HOOKS)}")["createHook"]["path"]
    for _ in range(ALERTS):
        time = OPENING + next(_ALERTS) * timedelta(milliseconds=1)
        body = {"symbol": "ACME", "action": "buy", "timestamp": time.isoformat(timespec="milliseconds")}
        begun = perf_counter()
        answer = server.http.post(path, json=body)
        taken.append(1_000 * (perf_counter() - begun))
        assert answer.json()["status"] == "DONE", answer.text
    return taken


def main(arguments: list[str]) -> None:
    rounds, console = int(arguments[0]) if arguments else ROUNDS, Console()
    taken: dict[str, list[float]] = {situation: [] for situation in SITUATIONS}
    with TemporaryDirectory() as folder, serving("--clock", "market", folder=Path(folder)) as server:
        assert server.query(ENABLE)["enable"]["errors"] == []
        assert server.query(QUOTE, time=OPENING.isoformat())["ingestQuotes"]["applied"] == 1
        latencies(server)
        for _ in range(rounds):
            for situation, context in SITUATIONS.items():
                with context(server):
                    taken[situation] += latencies(server)
    for situation, ordered in ((situation, sorted(found)) for situation, found in taken.items()):
        middle, late, last = ordered[len(ordered) // 2], ordered[len(ordered) * 95 // 100], ordered[-1]
        console.print(
            f"{situation:<28} median {middle:6.1f} ms, p95 {late:6.1f} ms, most {last:6.1f} ms", highlight=False
        )


if __name__ == "__main__":
    main(sys.argv[1:])
