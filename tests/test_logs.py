"""What clients send reaches the log bounded, and a console as printable characters on a line of its own."""

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog

from api.choices import LogFormat
from api.server import logs
from api.server.log_writer import MOST_WAITING, LogWriter

HOSTILE = "\x1b[2J\x1b]0;owned\x07\r\n2026-01-01 [info] done\u202egnp.exe\u2028next\x00\x9b31m\u200b"
ESCAPED = r"\x1b[2J\x1b]0;owned\x07\r\n2026-01-01 [info] done\u202egnp.exe\u2028next\x00\x9b31m\u200b"


@contextmanager
def logged(log_format: LogFormat) -> Iterator[io.StringIO]:
    """Configures logging to a text, which is whole at the end; everything is as before afterwards."""
    root = logging.getLogger()
    handlers, level, settings = root.handlers, root.level, structlog.get_config()
    written = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", written)
        with logs.configured(log_format):
            yield written
    root.handlers, root.level = handlers, level
    structlog.configure(**settings)


def fail(message: str) -> None:
    try:
        raise RuntimeError(message)
    except RuntimeError:
        structlog.get_logger().exception("fault")


def lines_of(written: io.StringIO) -> list[str]:
    return written.getvalue().split("\n")


def test_a_console_shows_what_a_terminal_would_act_on_as_escapes() -> None:
    with logged(LogFormat.CONSOLE) as written:
        structlog.get_logger().info("refused", account=HOSTILE.replace(" ", ""), path=["a", HOSTILE])
        logging.getLogger("a.library").warning("odd: %s", HOSTILE)
    first, second, end = lines_of(written)
    assert f"account={ESCAPED.replace(' ', '')}" in first
    assert first.isprintable()
    assert second.endswith(f"odd: {ESCAPED}")
    assert end == ""


def test_a_traceback_on_a_console_is_indented_so_that_it_can_write_no_record() -> None:
    with logged(LogFormat.CONSOLE) as written:
        fail(f"first\n2026-01-01 [info     ] done{HOSTILE}")
    record, *traceback = lines_of(written)
    assert record.endswith("fault")
    assert traceback[0] == "  Traceback (most recent call last):"
    assert "  RuntimeError: first" in traceback
    assert all(line.startswith("  ") and line.isprintable() for line in traceback if line)


@pytest.mark.parametrize("log_format", LogFormat)
def test_no_record_is_long_however_long_what_was_sent(log_format: LogFormat) -> None:
    long = "x" * 3_900_000
    with logged(log_format) as written:
        structlog.get_logger().info(long, account=long, path=[long] * 1_000, sent={"a": long}, error=ValueError(long))
        logging.getLogger("a.library").warning("%s", long)
    assert 0 < len(written.getvalue()) < 30_000
    with logged(log_format) as written:
        fail(long + "\n" + "y\n" * 1_000_000)
    assert len(written.getvalue()) < 50_000
    assert "in fail" in written.getvalue()


def test_a_record_for_machines_keeps_what_is_short_as_it_was() -> None:
    with logged(LogFormat.JSON) as written:
        structlog.get_logger().info(
            "done", account=HOSTILE, facts=3, ratio=0.5, gone=None, ok=True, path=["a", 1, {"b": 2}]
        )
    [record, end] = lines_of(written)
    fields: dict[str, Any] = json.loads(record)
    assert {name: fields[name] for name in ("event", "account", "facts", "ratio", "gone", "ok", "path")} == {
        "event": "done", "account": HOSTILE, "facts": 3, "ratio": 0.5, "gone": None, "ok": True,
        "path": ["a", 1, "{'b': 2}"],
    }  # fmt: skip
    assert end == ""


def test_what_is_cut_says_how_long_it_was() -> None:
    with logged(LogFormat.JSON) as written:
        structlog.get_logger().info("done", account="x" * 1_001, whole="x" * 1_000, number=10**5_000, path=["a"] * 21)
    fields = json.loads(written.getvalue())
    assert fields["account"] == "x" * 1_000 + "… (1001 characters)"
    assert fields["whole"] == "x" * 1_000
    assert fields["number"] == "a number of 16610 bits"
    assert fields["path"] == ["a"] * 20 + ["… 1 more"]


def test_a_plain_line_is_as_structlog_writes_it_without_colours() -> None:
    record = {
        "account": "default",
        "path": ["a"],
        "event": "done",
        "level": "info",
        "timestamp": "2026-01-01T00:00:00Z",
    }
    for fields in (record, record | {"exception": f"Traceback\n  ValueError {HOSTILE}"}):
        renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
        shown = logs.printable(None, "", dict(fields))
        assert logs.plain_line(None, "", dict(fields)) == renderer(None, "", shown)


class Unread(io.StringIO):
    """A log that nobody reads until the test does."""

    def __init__(self) -> None:
        super().__init__()
        self.is_being_written = threading.Event()
        self.is_read = threading.Event()

    def write(self, text: str) -> int:
        self.is_being_written.set()
        self.is_read.wait()
        return super().write(text)


def test_who_logs_waits_for_nobody_and_what_is_left_out_is_counted() -> None:
    unread = Unread()
    writer = LogWriter(lambda record: str(record.get("number")), unread)
    writer.put({"number": "first"})
    unread.is_being_written.wait()
    for number in range(MOST_WAITING + 7):
        writer.put({"number": number})
    unread.is_read.set()
    writer.flush()
    assert lines_of(unread) == ["first", *map(str, range(MOST_WAITING)), "7", ""]
