"""The examples that print another market's bars as lines, run against stand-ins of the libraries that they use."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from api.feeds.json_lines import read_line
from domain.market.bar import Bar
from tests.processes import clean_environment

EXAMPLES = Path("api/examples/feeds")
LINE = {
    "symbol": "AAPL",
    "start": "2024-01-02T14:30:00+00:00",
    "end": "2024-01-02T14:30:05+00:00",
    "open": "187.15",
    "high": "187.2",
    "low": "187.1",
    "close": "187.18",
    "volume": "300.0",
}
STAND_INS = {
    "interactive_brokers": (
        "ib_async",
        """
from datetime import datetime, timezone
from types import SimpleNamespace

Stock = lambda symbol, exchange, currency: SimpleNamespace(symbol=symbol)

class Bars(list):
    def __init__(self, contract):
        time = datetime(2024, 1, 2, 14, 30, tzinfo=timezone.utc)
        bar = SimpleNamespace(time=time, open_=187.15, high=187.2, low=187.1, close=187.18, volume=300.0)
        super().__init__([bar])
        self.contract, self.updateEvent = contract, self
    def __iadd__(self, show):
        show(self, True)
        return self

class IB:
    def connect(self, host, port, clientId): ...
    def reqRealTimeBars(self, contract, size, what, useRTH):
        return SimpleNamespace(updateEvent=Bars(contract))
    def run(self): ...
""",
    ),
    "nats_subjects": (
        "nats",
        """
from types import SimpleNamespace

async def messages():
    yield SimpleNamespace(data=LINE.encode())

class Client:
    async def subscribe(self, subject):
        assert subject == "market.>"
        return SimpleNamespace(messages=messages())

async def connect(url):
    return Client()
""",
    ),
    "kafka_topic": (
        "aiokafka",
        """
from types import SimpleNamespace

class AIOKafkaConsumer:
    def __init__(self, topic, bootstrap_servers): ...
    async def __aenter__(self):
        return self
    async def __aexit__(self, *_): ...
    async def __aiter__(self):
        yield SimpleNamespace(value=LINE.encode())
""",
    ),
}


@pytest.mark.parametrize("name", STAND_INS)
def test_an_example_prints_lines_that_the_feed_reads(name: str, tmp_path: Path) -> None:
    library, code = STAND_INS[name]
    (tmp_path / f"{library}.py").write_text(f"LINE = {json.dumps(json.dumps(LINE))}\n{code}")
    finished = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py"],
        env=clean_environment({"PYTHONPATH": str(tmp_path)}),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    [line] = finished.stdout.splitlines()
    assert json.loads(line) == LINE
    assert isinstance(read_line(line), Bar)


def test_no_example_is_left_out() -> None:
    assert sorted(STAND_INS) == sorted(path.stem for path in EXAMPLES.glob("*.py"))
