"""Logging: structlog for us and for the libraries, to standard error, for people or for machines.

Much of what is logged was sent by clients. So every record is bounded, however long its fields are; and on a console it
is one line of printable characters, with its traceback indented below it, so that no client can write lines of its own,
colours, or text that runs backwards.
"""

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, NoReturn

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from api.choices import LogFormat
from api.server.log_writer import LogWriter

LONGEST_TEXT = 1_000
LONGEST_TRACEBACK = 20_000
MOST_ITEMS = 20
_LARGEST_NUMBER = 10**30


@contextmanager
def configured(log_format: LogFormat) -> Iterator[None]:
    """Write the log in a format, from here on; at the end all of it is written."""
    writer = LogWriter(partial(_rendered, _rendering(log_format)), sys.stderr)
    root = logging.getLogger()
    root.handlers = [_OfLibraries(writer)]
    root.setLevel(logging.INFO)
    for noisy in ("uvicorn", "httpx", "alembic", "websockets", "mcp"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(),
            structlog.processors.format_exc_info,
            bounded,
            partial(_handed_over, writer),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    try:
        yield
    finally:
        writer.flush()


def _handed_over(writer: LogWriter, _: WrappedLogger, __: str, record: EventDict) -> NoReturn:
    writer.put(record)
    raise structlog.DropEvent


class _OfLibraries(logging.Handler):
    """Takes what libraries log."""

    def __init__(self, writer: LogWriter) -> None:
        super().__init__()
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record."""
        entry: EventDict = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "timestamp": record.created,
            "exc_info": record.exc_info,
        }
        self._writer.put(bounded(None, "", structlog.processors.format_exc_info(None, "", entry)))


def _rendering(log_format: LogFormat) -> list[Processor]:
    if log_format is LogFormat.JSON:
        return [structlog.processors.JSONRenderer()]
    if not sys.stderr.isatty():
        return [plain_line]
    return [printable, structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def _rendered(rendering: Sequence[Processor], record: EventDict) -> str:
    time = datetime.fromtimestamp(record["timestamp"], UTC).isoformat(timespec="microseconds")
    rendered: Any = {**record, "timestamp": time.replace("+00:00", "Z")}
    for process in rendering:
        rendered = process(None, "", rendered)
    return str(rendered)


def plain_line(_: WrappedLogger, __: str, record: EventDict) -> str:
    """As structlog's renderer for consoles, without colours, and printable: at a tenth of its cost."""
    traceback = record.pop("exception", None)
    head = f"{record.pop('timestamp')} [{record.pop('level'):<9}] {record.pop('event'):<30}"
    line = _escaped(" ".join([head, *[f"{name}={value}" for name, value in sorted(record.items())]]).rstrip())
    return line if traceback is None else f"{line}\n{_indented(traceback)}"


def bounded(_: WrappedLogger, __: str, record: EventDict) -> EventDict:
    """The record with every field cut to a length: a traceback keeps both its ends, all else its beginning."""
    traceback = record.pop("exception", None)
    cut: EventDict = {
        name: value if type(value) is str and len(value) <= LONGEST_TEXT else _cut(value)
        for name, value in record.items()
    }
    if traceback is not None:
        cut["exception"] = _cut_traceback(str(traceback))
    return cut


def _cut(value: object) -> object:
    match value:
        case None | bool() | float():
            return value
        case int():
            return value if -_LARGEST_NUMBER < value < _LARGEST_NUMBER else f"a number of {value.bit_length()} bits"
        case str():
            return _cut_text(value)
        case list() | tuple():
            rest = [f"… {len(value) - MOST_ITEMS} more"] if len(value) > MOST_ITEMS else []
            return [*(_cut_item(item) for item in value[:MOST_ITEMS]), *rest]
        case _:
            return _cut_text(str(value))


def _cut_item(item: object) -> object:
    return _cut(item if item is None or isinstance(item, str | int | float) else str(item))


def _cut_text(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}… ({len(text)} characters)"


def _cut_traceback(text: str) -> str:
    lines = "\n".join(_cut_text(line) for line in text.split("\n"))
    if len(lines) <= LONGEST_TRACEBACK:
        return lines
    half = LONGEST_TRACEBACK // 2
    return f"{lines[:half]}\n… ({len(text)} characters)\n{lines[-half:]}"


def printable(_: WrappedLogger, __: str, record: EventDict) -> EventDict:
    """The record without characters that a terminal acts on or that reorder a line: they are shown as escapes."""
    traceback = record.pop("exception", None)
    shown: EventDict = {name: _shown(value) for name, value in record.items()}
    if traceback is not None:
        shown["exception"] = _indented(traceback)
    return shown


def _indented(traceback: str) -> str:
    return "\n".join(f"  {_escaped(line)}" for line in traceback.split("\n"))


def _shown(value: object) -> object:
    if isinstance(value, list):
        return [_escaped(str(item)) for item in value]
    return _escaped(value) if isinstance(value, str) else value


def _escaped(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
