"""Files of text, plain or gzipped, line by line, and what is told of one that cannot be used."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from api.codec.field_names import api_message
from api.errors import PapertapeError


class BadFile(PapertapeError):
    """A file that no backtest can be made of: which one, where, and why, in one line."""

    def __init__(self, path: Path, line: int | None, reason: str) -> None:
        where = path.name if line is None else f"{path.name} line {line}"
        super().__init__(f"{where}: {' '.join(api_message(reason).split())}")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, counted from 1."""

    path: Path
    line: int

    def bad_file(self, reason: str) -> BadFile:
        """What is wrong there."""
        return BadFile(self.path, self.line, reason)


@dataclass(frozen=True, slots=True)
class Places:
    """Where something stands: its parts each on a line of its own, or all of it on one."""

    paths: Sequence[Path]
    lines: Sequence[int]

    @classmethod
    def of(cls, place: Place) -> "Places":
        """One place."""
        return cls((place.path,), (place.line,))

    def __len__(self) -> int:
        return len(self.lines)

    def at(self, index: int) -> Place:
        """Where one part stands."""
        known = index if len(self.lines) > 1 else 0
        return Place(self.paths[known], self.lines[known])


def open_text(path: Path) -> TextIO:
    """A text file to read, plain or gzipped. Raises OSError.

    Bytes that are not UTF-8 become characters that no figure and no symbol may hold, so that their own row is named.
    """
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="")
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def opened(path: Path) -> TextIO:
    """A text file to read, plain or gzipped. Raises BadFile."""
    try:
        return open_text(path)
    except OSError as problem:
        raise BadFile(path, None, f"cannot be read: {problem.strerror or problem}") from None


def numbered(path: Path, file: TextIO) -> Iterator[tuple[Place, str]]:
    """A file's lines with their places; empty ones are left out. Raises BadFile."""
    line = 0
    try:
        for line, text in enumerate(file, start=1):
            if text.strip():
                yield Place(path, line), text
    except (EOFError, zlib.error, OSError) as problem:
        raise BadFile(path, line + 1, f"cannot be read from here on: {problem}") from None
