"""A file of signals: what it asks to execute, close and cancel, in order of time (R40).

A row is the input of a mutation, in the API's words. `action` says of which: `execute`, which need not be said, `close`
or `cancel`, which name a signal of the file by its id, `signalId`, or `closeAll`. Every row has a timestamp.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import TextIO
from uuid import UUID, uuid5

from api.codec.command_inputs import cancellation, closing, closing_all, execution
from api.codec.ids import BadId
from api.codec.inputs import BadInput, Given, read_as
from api.files.signal_notation import TIMES, SignalNotation
from api.files.signal_rows import signal_rows
from api.files.text_file import Place
from api.files.wall_times import WrongZone, with_offset
from domain.engine.commands import CancelSignal, CloseAll, ClosePosition, ExecuteSignal
from domain.notation import read_symbol
from domain.validation import Invalid

_IDS = UUID("f5d5c6a0-3f0e-5a53-9a4e-6b1b1b0a6c11")


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What a row asks for, and when. `signal` is the desk's id of the signal that it is, or is about, if any."""

    place: Place
    timestamp: datetime
    command: ExecuteSignal | ClosePosition | CloseAll | CancelSignal
    signal: UUID | None
    symbol: str | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The rows of a file in order of time; `notes` say what was made of it."""

    rows: Sequence[Scheduled]
    notes: Sequence[str]


def read_schedule(account: str, path: Path, file: TextIO, zone: tzinfo | None = None) -> Schedule:
    """Read an opened file; `zone` is that of times without an offset. Raises BadFile.

    Rows of one time keep the order of their lines, or have the opposite one where the whole file is newest first.
    """
    reader = _RowReader(account, zone)
    rows = [reader.row(place, given) for place, given in signal_rows(path, file)]
    notes = []
    if (early := _first_early(rows)) is not None:
        notes.append(f"the rows are taken in order of time: line {early.place.line} is earlier than the one above it")
        if not any(above.timestamp < below.timestamp for above, below in pairwise(rows)):
            rows.reverse()
        rows.sort(key=lambda row: row.timestamp)
    if reader.lower_case:
        notes.append(f"symbols in lower case are read as capitals: {', '.join(sorted(reader.lower_case))}")
    notes.extend(reader.notation.notes())
    _require_known_signals(rows)
    return Schedule(rows, [f"{path.name}: {note}" for note in notes])


def _first_early(rows: Sequence[Scheduled]) -> Scheduled | None:
    return next((below for above, below in pairwise(rows) if below.timestamp < above.timestamp), None)


def _require_known_signals(rows: Sequence[Scheduled]) -> None:
    """What is closed or cancelled was executed before, and is of the symbol that the row names, if any."""
    known: dict[UUID, Scheduled] = {}
    for row in rows:
        if row.signal is None:
            continue
        if isinstance(row.command, ExecuteSignal):
            known.setdefault(row.signal, row)
        elif (signal := known.get(row.signal)) is None:
            raise row.place.bad_file("no signal of this file with that id comes before it in time")
        elif row.symbol not in (None, signal.symbol):
            raise row.place.bad_file(f"symbol is {row.symbol}, but the signal of that id has {signal.symbol}")


@dataclass(frozen=True, slots=True)
class _RowReader:
    account: str
    zone: tzinfo | None
    lower_case: set[str] = field(default_factory=set)
    notation: SignalNotation = field(default_factory=SignalNotation)

    def row(self, place: Place, given: Given) -> Scheduled:
        """What a row asks for. Raises BadFile."""
        try:
            given = self.notation.plain(given)
            if given.get("account", self.account) != self.account:
                raise BadInput(f"the signal is for another account than {self.account}: name that with --account")
            content = self._in_plain_words(given)
            match given.get("action", "execute"):
                case "execute":
                    return self._execution(place, content)
                case "close":
                    return self._closing(place, content)
                case "cancel":
                    return self._cancellation(place, content)
                case "closeAll":
                    return self._closing_all(place, content)
                case action:
                    raise BadInput(f"action must be execute, close, closeAll or cancel, not {ascii(action)[:60]}")
        except (BadInput, Invalid, BadId, WrongZone) as problem:
            raise place.bad_file(str(problem)) from None

    def _in_plain_words(self, given: Given) -> dict[str, object]:
        """The row with capitals in its symbol, and an offset at its times."""
        content = {key: value for key, value in given.items() if key not in ("account", "action")}
        symbol = content.get("symbol")
        if isinstance(symbol, str):
            content["symbol"] = read_symbol(symbol)
            if content["symbol"] != symbol:
                self.lower_case.add(symbol)
        for key in TIMES:
            value = content.get(key)
            if isinstance(value, str):
                content[key] = with_offset(key, value, self.zone)
        return content

    def _execution(self, place: Place, content: dict[str, object]) -> Scheduled:
        """A signal. Without an id it has one that follows from its line, the same in every run."""
        given_id = content.pop("id", None)
        signal_id = uuid5(_IDS, f"{place.line}") if given_id is None else read_as(UUID, "id", given_id)
        command = execution(self.account, signal_id, content)
        return Scheduled(place, _timestamp(content), command, command.id, command.request.symbol)

    def _closing(self, place: Place, content: Given) -> Scheduled:
        _require_only(content, "signalId", "positionId", "quantity", "percent", "marketPrice")
        command, timestamp = closing(self.account, content), _timestamp(content)
        return Scheduled(place, timestamp, command, command.position_id, _symbol(content))

    def _closing_all(self, place: Place, content: Given) -> Scheduled:
        _require_only(content, "marketPrice")
        return Scheduled(place, _timestamp(content), closing_all(self.account, content), None, _symbol(content))

    def _cancellation(self, place: Place, content: Given) -> Scheduled:
        _require_only(content, "signalId")
        command = cancellation(self.account, content)
        return Scheduled(place, _timestamp(content), command, command.id, _symbol(content))


def _require_only(content: Given, *known: str) -> None:
    """Beside what it takes, a closing or cancellation may say its symbol and an id of its own."""
    for key, value in content.items():
        if key not in (*known, "timestamp", "symbol", "id") and value is not None:
            takes = ", ".join((*known, "symbol", "timestamp"))
            raise BadInput(f"to close or cancel takes no {ascii(key)[:60]}: it takes {takes}")
    if content.get("id") is not None:
        read_as(UUID, "id", content["id"])


def _timestamp(content: Given) -> datetime:
    if content.get("timestamp") is None:
        raise BadInput("timestamp is missing: it says which bars come before")
    timestamp: datetime = read_as(datetime, "timestamp", content["timestamp"])
    return timestamp


def _symbol(content: Given) -> str | None:
    return None if content.get("symbol") is None else read_as(str, "symbol", content["symbol"])
