"""`papertape demo` does what it prints, with the real command on the real data."""

import json
import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from api.feeds.breakout import BreakoutSignal
from api.feeds.demo import WARM_UP_BARS, DemoStep, demo_steps
from api.persistence import tables
from domain.engine.commands import Command, Enable, ExecuteSignal, Ingest, Times
from domain.engine.decide.dispatch import decide
from domain.engine.events import JournalEntry, PositionEvent
from domain.engine.state import Desk
from domain.market.bar import Bar
from domain.orders.request import Request
from tests.processes import Finished, Server, papertape, serving
from tests.rows import rows_of
from tests.services import unavailable

BARS = select(tables.bars.c.symbol, tables.bars.c.end).order_by(tables.bars.c.ordinal)
SIGNALS = select(tables.signals.c.signal_id).order_by(tables.signals.c.seq)


def commands_in(introduction: str) -> list[str]:
    """The curl commands that the demo prints, as a shell takes them."""
    return re.findall(r"^ +(curl .+\\\n.+)$", introduction, re.MULTILINE)


def run_in_shell(command: str) -> str:
    """What a command writes."""
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30, check=True).stdout


def lines_until(command: str, word: str) -> list[str]:
    """The lines of a command that never ends, up to one that contains a word."""
    with subprocess.Popen(["bash", "-c", f"exec {command}"], stdout=subprocess.PIPE, text=True) as stream:
        assert stream.stdout is not None
        lines: list[str] = []
        try:
            while not lines or word not in lines[-1]:
                lines.append(stream.stdout.readline())
                assert lines[-1], lines
        finally:
            stream.kill()
    return lines


def test_the_commands_that_the_demo_prints_work_as_they_are(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        unavailable("curl is not installed")
    with serving("--speed", "20", folder=tmp_path, command="demo") as demo:
        demo.until(lambda server: server.query("{ quotes { symbol } }")["quotes"], "no market data")
        query, stream, signalled = commands_in(demo.out)
        account = json.loads(run_in_shell(query))["data"]["account"]
        assert account.keys() == {"equity", "openPositions", "realizedPnl", "unrealizedPnl"}
        updated = json.loads(lines_until(stream, "UPDATED")[-1].removeprefix("data: "))
        assert updated["data"]["positionEvents"]["kind"] == "UPDATED"
        sent = json.loads(run_in_shell(signalled))["data"]["executeSignal"]
        assert sent["errors"] == []
        assert re.fullmatch(r"\d+(\.\d+)?", sent["position"]["entryPrice"])


def test_the_account_exists_once_the_demo_is_ready_and_was_opened_in_market_time(tmp_path: Path) -> None:
    with serving(folder=tmp_path, command="demo") as demo:
        data = demo.query("""{
          account { enabled session { number startingCapital } }
          accountEvents { nodes { kind occurredAt } }
        }""")
    assert data["account"] == {"enabled": True, "session": {"number": 1, "startingCapital": "100000"}}
    assert data["accountEvents"]["nodes"] == [{"kind": "OPENED", "occurredAt": "2005-04-06T00:00:00Z"}]


def test_stopped_and_started_again_it_goes_on_and_loses_nothing(tmp_path: Path) -> None:
    reached = ""
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        with serving("--speed", "200", folder=tmp_path, command="demo") as demo:
            assert cursor(demo) >= reached
            reached = demo.until(lambda server: moved_on(server, reached), "no position moved")  # noqa: B023
            assert demo.stop(how) == 0
            assert demo.out.endswith("Papertape has stopped. Start it again, and it goes on from here.\n")
            assert "Traceback" not in demo.err
    verified = papertape("verify", "--database-url", "sqlite:///papertape-demo.sqlite3", folder=tmp_path)
    assert (verified.code, verified.err) == (0, "")
    bars, signals = rows_of(f"sqlite:///{tmp_path / 'papertape-demo.sqlite3'}", BARS, SIGNALS)
    played = demo_steps()[: len(bars)]
    assert [(bar.symbol, bar.end) for bar in bars] == [(step.bar.symbol, step.bar.end) for step in played]
    given = [step.signal.id for step in played if step.signal is not None]
    assert [signal.signal_id for signal in signals] in (given, given[:-1])


def cursor(server: Server) -> str:
    return str(server.query("{ account { cursor } }")["account"]["cursor"])


def moved_on(server: Server, reached: str) -> str | None:
    now = cursor(server)
    return now if now > reached and server.query("{ positions { totalCount } }")["positions"]["totalCount"] else None


def test_fresh_begins_a_new_file_and_keeps_the_old_one(tmp_path: Path) -> None:
    old = tmp_path / "papertape-demo.sqlite3"
    with serving("--speed", "200", folder=tmp_path, command="demo") as demo:
        demo.until(lambda server: moved_on(server, ""), "no position was opened")
        demo.stop()
    kept = old.read_bytes()
    with serving("--fresh", folder=tmp_path, command="demo") as demo:
        assert f"{tmp_path / 'papertape-demo-2.sqlite3'}\n" in demo.out
        assert demo.query("{ trades { totalCount } }")["trades"]["totalCount"] == 0
        demo.stop()
    assert old.read_bytes() == kept
    with serving(folder=tmp_path, command="demo") as demo:
        assert f"{tmp_path / 'papertape-demo-2.sqlite3'}\n" in demo.out


def test_a_database_of_another_version_is_kept_under_another_name_and_the_demo_starts_over(tmp_path: Path) -> None:
    name = "papertape-demo.sqlite3"
    url = f"sqlite:///{name}"
    assert papertape("migrate", "--database-url", url, folder=tmp_path).code == 0
    with closing(sqlite3.connect(tmp_path / name)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0003'")
    refused = papertape("serve", "--database-url", url, folder=tmp_path)
    assert refused == Finished(
        1,
        "",
        "papertape: the database is at revision 0003, of another version of Papertape: "
        "move it aside, and begin a new one\n",
    )
    (tmp_path / f"{name}.revision-0003").write_text("an older one")
    with serving(folder=tmp_path, command="demo") as demo:
        assert demo.out.startswith(
            f"{name} is of another version of Papertape: it is kept as {name}.revision-0003-2; a new one is made.\n"
        )
        assert demo.query("{ account { enabled } }") == {"account": {"enabled": True}}
    with closing(sqlite3.connect(tmp_path / f"{name}.revision-0003-2")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0003",)


INGEST = "mutation ($bars: [BarInput!]!) { ingestBars(input: {bars: $bars}) { applied } }"


def test_when_the_bars_run_out_it_says_so_goes_on_serving_and_names_the_command_to_start_over(tmp_path: Path) -> None:
    bars = [step.bar for step in demo_steps()]
    left = 40
    with serving("--database-url", "sqlite:///papertape-demo.sqlite3", folder=tmp_path) as server:
        for first in range(0, len(bars) - left, 5_000):
            send(server, bars[first : min(first + 5_000, len(bars) - left)])
        server.stop()
    with serving("--speed", "1000", folder=tmp_path, command="demo") as demo:
        ended = "the demo data has ended; the server goes on serving; `papertape demo --fresh` starts again\n"
        demo.until(lambda server: server.out.endswith(ended), "the end was not announced")
        assert demo.query("{ clock }") == {"clock": bars[-1].end.strftime("%Y-%m-%dT%H:%M:%SZ")}
        assert demo.stop() == 0


def send(server: Server, bars: list[Bar]) -> None:
    figures = ("open", "high", "low", "close", "volume")
    sent = [
        {"symbol": bar.symbol, "start": bar.start.isoformat(), "end": bar.end.isoformat()}
        | {figure: f"{getattr(bar, figure):f}" for figure in figures}
        for bar in bars
    ]
    assert server.query(INGEST, bars=sent)["ingestBars"] == {"applied": len(bars)}


def test_something_happens_at_least_every_five_seconds_for_the_first_ten_minutes() -> None:
    bars_per_second, minutes = 2, 10
    steps = demo_steps()[: WARM_UP_BARS + minutes * 60 * bars_per_second]
    moved = list(moves(steps))[WARM_UP_BARS:]
    longest_pause = max(len(list(bars)) for has_moved, bars in groupby(moved) if not has_moved)
    assert (longest_pause + 1) / bars_per_second <= 5


def moves(steps: list[DemoStep]) -> Iterator[bool]:
    """Whether each step of the demo gives a subscriber of `positionEvents` something to see."""
    account = UUID(int=1)
    desk = decided(Desk(), Enable("default", account))[0]
    for step in steps:
        desk, moved = decided(desk, Ingest([step.bar]))
        held = any(position.symbol == step.bar.symbol for position in desk.accounts["default"].positions.values())
        if step.signal is not None:
            desk, entered = decided(desk, ExecuteSignal("default", step.signal.id, step.signal.id, asked(step.signal)))
            moved = moved or entered
        yield moved or held


def decided(desk: Desk, command: Command) -> tuple[Desk, bool]:
    """The desk after a command, and whether that moved a position."""
    outcome = decide(desk, command, Times(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)))
    moved = any(isinstance(fact, JournalEntry) and isinstance(fact.event, PositionEvent) for fact in outcome.facts)
    return outcome.desk, moved


def asked(signal: BreakoutSignal) -> Request:
    return Request(
        symbol=signal.symbol,
        side=signal.side,
        stop_loss=signal.stop,
        target1=signal.target1,
        target2=signal.target2,
        risk_percent=signal.risk_percent,
        break_even_after_target1=True,
        timestamp=signal.time,
        expires_at=signal.expires_at,
    )
