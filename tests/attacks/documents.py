"""Documents and bodies: hostile ones that must be refused cheaply, and the largest that are legitimate."""

import http.client
import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.attacks.harness import Attack, Done, Target
from tests.attacks.hostile import A_BAR, HOSTILE, INGEST, RECORD, posted

BEGAN = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POSITION = "nodes { id symbol side status quantity openQuantity entryPrice lastPrice unrealizedPnl }"
SIGNAL = "mutation Signal($input: ExecuteSignalInput!) { executeSignal(input: $input) { errors { message } } }"
TOGETHER = "mutation Signals($input: ExecuteSignalsInput!) { executeSignals(input: $input) { errors { message } } }"
REPORT = """{ report(filter: {from: "2020-01-01T00:00:00Z"}) { tradeCount winRate profitFactor sharpe maxDrawdown
  breakdowns { bySymbol { symbol figures { tradeCount } } bySide { side figures { tradeCount } } } } }"""


def repeated(body: Callable[[int], bytes], short: int, long: int) -> Callable[[Target], Done]:
    """Requests one after the other over one connection; records the last answer's size and code."""

    def run(target: Target) -> Done:
        connection = http.client.HTTPConnection(*target.address)
        number = target.sized(short, long)
        answer = b""
        for count in range(number):
            answer = ask(connection, target, body(count))
        connection.close()
        return Done(number, f"{code_of(answer)}, {len(answer)} bytes")

    return run


def varied(body: bytes) -> Callable[[int], bytes]:
    """The body with another document each time, for one that was refused is remembered."""
    return lambda count: body.replace(b'{"query":"', b'{"query":"#%d\\n' % count, 1)


def ask(connection: http.client.HTTPConnection, target: Target, body: bytes) -> bytes:
    """The answer to one request."""
    connection.request("POST", "/graphql", body, {**target.headers, "Content-Type": "application/json"})
    return connection.getresponse().read()


def code_of(answer: bytes) -> str:
    """The code of the first error."""
    errors = json.loads(answer).get("errors")
    return str(errors[0]["extensions"]["code"]) if errors else "answered"


def instant(time: datetime) -> str:
    """A time as the API reads it."""
    return time.isoformat()


def bars(count: int) -> bytes:
    """Five thousand bars of a symbol of its own."""
    times = [BEGAN + number * MINUTE for number in range(5_001)]
    sent = [
        {**A_BAR, "symbol": f"BARS{count}", "start": instant(start), "end": instant(end)}
        for start, end in itertools.pairwise(times)
    ]
    return posted(INGEST, input={"bars": sent})


def backtest(count: int) -> bytes:
    """Ten thousand trades and a thousand points."""
    trades = [
        {
            "signalId": str(uuid4()),
            "symbol": "ACME",
            "side": "LONG",
            "quantity": "10",
            "entryTime": instant(BEGAN + number * MINUTE),
            "entryPrice": "100.25",
            "exitTime": instant(BEGAN + (number + 1) * MINUTE),
            "exitPrice": "101.5",
            "realizedPnl": "12.5",
        }
        for number in range(10_000)
    ]
    curve = [{"time": instant(BEGAN + number * MINUTE), "equity": "100000"} for number in range(1_000)]
    return posted(RECORD, input={"name": f"made {count}", "metrics": {}, "trades": trades, "curve": curve})


def pages(_: int) -> bytes:
    """As many positions as one document may ask for."""
    return posted("{ " + " ".join(f"p{number}: positions(first: 100) {{ {POSITION} }}" for number in range(45)) + " }")


def report(_: int) -> bytes:
    """A report over filtered trades, whose figures are computed from the trades."""
    return posted(REPORT)


def trade(target: Target) -> None:
    """A default account with some hundred trades, and a hundred open positions."""
    connection = http.client.HTTPConnection(*target.address)
    ask(connection, target, posted('mutation { enable(input: {settings: {leverage: "50"}}) { errors { message } } }'))
    for number in range(target.sized(200, 600)):
        ask(connection, target, posted(SIGNAL, input=signal_json(number, is_closed=number >= 100)))
    ask(connection, target, posted(INGEST, input={"bars": [{**A_BAR, "symbol": "CLOSED", "high": "110"}]}))
    connection.close()


def signal_json(number: int, *, is_closed: bool) -> dict[str, str]:
    """A signal of one share, whose target a bar then reaches or not."""
    return {
        "symbol": "CLOSED" if is_closed else f"OPEN{number}",
        "side": "LONG",
        "timestamp": instant(BEGAN),
        "marketPrice": "100",
        "stopLoss": "99",
        "target1": "105",
        "quantity": "1",
    }


def signals(_: int) -> bytes:
    """Five hundred signals, each at its own price."""
    sent = [signal_json(number, is_closed=False) | {"account": "default"} for number in range(500)]
    return posted(TOGETHER, input={"signals": sent})


ATTACKS = {
    **{f"refused: {name}": Attack(repeated(varied(hostile.body), 2, 20)) for name, hostile in HOSTILE.items()},
    "allowed: 5000 bars": Attack(repeated(bars, 1, 5)),
    "allowed: a backtest of 10000 trades": Attack(repeated(backtest, 1, 5)),
    "allowed: 45 pages of 100 positions": Attack(repeated(pages, 1, 5), prepare=trade),
    "allowed: 500 signals together": Attack(repeated(signals, 1, 5), prepare=trade),
    "allowed: report(filter:)": Attack(repeated(report, 1, 5)),
}
