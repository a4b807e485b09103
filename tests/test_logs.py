"""What clients send reaches the log bounded, and a console as printable characters on a line of its own."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from api.choices import LogFormat
from api.server import logs

HOSTILE = "\x1b[2J\x1b]0;owned\x07\r\n2026-01-01 [info] done\u202egnp.exe\u2028next\x00\x9b31m\u200b"
ESCAPED = r"\x1b[2J\x1b]0;owned\x07\r\n2026-01-01 [info] done\u202egnp.exe\u2028next\x00\x9b31m\u200b"


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[LogFormat], io.StringIO]]:
    """Configures logging to a text that the test reads; everything is as before afterwards."""
    root = logging.getLogger()
    handlers, level, settings = root.handlers, root.level, structlog.get_config()

    def configure(log_format: LogFormat) -> io.StringIO:
        written = io.StringIO()
        monkeypatch.setattr(sys, "stderr", written)
        logs.configure(log_format)
        return written

    yield configure
    root.handlers, root.level = handlers, level
    structlog.configure(**settings)


def fail(message: str) -> None:
    try:
        raise RuntimeError(message)
    except RuntimeError:
        structlog.get_logger().exception("fault")


def lines_of(written: io.StringIO) -> list[str]:
    return written.getvalue().split("\n")


Configured = Callable[[LogFormat], io.StringIO]


def test_a_console_shows_what_a_terminal_would_act_on_as_escapes(configured: Configured) -> None:
    written = configured(LogFormat.CONSOLE)
    structlog.get_logger().info("refused", account=HOSTILE.replace(" ", ""), path=["a", HOSTILE])
    logging.getLogger("a.library").warning("odd: %s", HOSTILE)
    first, second, end = lines_of(written)
    assert f"account={ESCAPED.replace(' ', '')}" in first
    assert first.isprintable()
    assert second.endswith(f"odd: {ESCAPED}")
    assert end == ""


def test_a_traceback_on_a_console_is_indented_so_that_it_can_write_no_record(configured: Configured) -> None:
    written = configured(LogFormat.CONSOLE)
    fail(f"first\n2026-01-01 [info     ] done{HOSTILE}")
    record, *traceback = lines_of(written)
    assert record.endswith("fault")
    assert traceback[0] == "  Traceback (most recent call last):"
    assert "  RuntimeError: first" in traceback
    assert all(line.startswith("  ") and line.isprintable() for line in traceback if line)


@pytest.mark.parametrize("log_format", LogFormat)
def test_no_record_is_long_however_long_what_was_sent(configured: Configured, log_format: LogFormat) -> None:
    written = configured(log_format)
    long = "x" * 3_900_000
    structlog.get_logger().info(long, account=long, path=[long] * 1_000, sent={"a": long}, error=ValueError(long))
    logging.getLogger("a.library").warning("%s", long)
    assert len(written.getvalue()) < 30_000
    fail(long + "\n" + "y\n" * 1_000_000)
    assert len(written.getvalue()) < 80_000
    assert "in fail" in written.getvalue()


def test_a_record_for_machines_keeps_what_is_short_as_it_was(configured: Configured) -> None:
    written = configured(LogFormat.JSON)
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


def test_what_is_cut_says_how_long_it_was(configured: Configured) -> None:
    written = configured(LogFormat.JSON)
    structlog.get_logger().info("done", account="x" * 1_001, whole="x" * 1_000, number=10**5_000, path=["a"] * 21)
    fields = json.loads(written.getvalue())
    assert fields["account"] == "x" * 1_000 + "… (1001 characters)"
    assert fields["whole"] == "x" * 1_000
    assert fields["number"] == "a number of 16610 bits"
    assert fields["path"] == ["a"] * 20 + ["… 1 more"]
