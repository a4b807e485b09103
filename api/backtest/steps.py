"""What a backtest runs through: an account at its start, and what is applied to it, one step after the other."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from domain.account import Account
from domain.commands import Command, Times
from domain.market import AssetClass, Market


class BadFile(ValueError):
    """A file that no backtest can be made of: which one, where, and why, in one line."""

    def __init__(self, path: Path, line: int | None, reason: str) -> None:
        where = path.name if line is None else f"{path.name} line {line}"
        super().__init__(f"{where}: {' '.join(reason.split())}")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, counted from 1."""

    path: Path
    line: int

    def blame(self, reason: str) -> BadFile:
        """What is wrong there."""
        return BadFile(self.path, self.line, reason)


@dataclass(frozen=True, slots=True)
class Step:
    """A command, when it is decided, and where it stands: on one line, or each bar of a batch on one of its own.

    `may_be_refused` says that a refusal is an answer; otherwise what was not stored cannot stand in the file at all.
    """

    command: Command
    times: Times
    places: Sequence[Place]
    may_be_refused: bool = False

    def place_of(self, index: int) -> Place:
        """Where one bar of a batch stands."""
        return self.places[index] if len(self.places) > 1 else self.places[0]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A symbol's asset class was fixed by another account's signal (R6)."""

    symbol: str
    asset_class: AssetClass


@dataclass(frozen=True, slots=True)
class Retracted:
    """So many bars or quotes of a symbol were applied here, and retracted later (R7)."""

    symbol: str
    count: int


AnyStep = Step | Fixed | Retracted


@dataclass(frozen=True, slots=True)
class Course:
    """The whole of it: `lines` are how many its steps stand on; `notes` say what was made of the files.

    The steps can be taken once.
    """

    account: Account
    markets: Sequence[Market]
    steps: Iterator[AnyStep]
    lines: int
    notes: Sequence[str] = ()


def opened(path: Path) -> TextIO:
    """A text file to read, plain or gzipped. Raises BadFile."""
    try:
        if path.suffix == ".gz":
            return gzip.open(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="")
        return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except OSError as problem:
        raise BadFile(path, None, f"cannot be read: {problem.strerror or problem}") from None


def count_lines(path: Path) -> int:
    """How many lines a file has. Raises BadFile."""
    with opened(path) as file:
        return sum(1 for _ in numbered(path, file))


def numbered(path: Path, file: TextIO) -> Iterator[tuple[Place, str]]:
    """A file's lines with their places; empty ones are left out. Raises BadFile."""
    line = 0
    try:
        for line, text in enumerate(file, start=1):
            if text.strip():
                yield Place(path, line), text
    except (EOFError, zlib.error, OSError) as problem:
        raise BadFile(path, line + 1, f"cannot be read from here on: {problem}") from None
