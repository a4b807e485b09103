"""Files of text, plain or compressed, line by line, and what is told of one that cannot be used."""

import bz2
import gzip
import lzma
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TextIO, cast
from zipfile import BadZipFile, ZipFile

from api.codec.field_names import api_message
from api.errors import PapertapeError

DAMAGES = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, BadZipFile)
"""What reading a damaged compressed file raises."""

_COMPRESSED = frozenset({".gz", ".bz2", ".xz"})
_FIRST_BYTES = 4_096
_NO_TEXT = {
    b"PK\x03\x04": "it is a workbook or an archive: save its sheet as CSV, or unpack it",
    b"\xd0\xcf\x11\xe0": "it is a workbook: save its sheet as CSV",
    b"PAR1": "it is Parquet: let its name end with .parquet",
    b"ARROW1": "it is Arrow: let its name end with .arrow",
    b"\x1f\x8b": "it is gzipped: let its name end with .gz",
}
_CONTROL = bytes([*range(9), *range(14, 31), 127])
_FEW = 20


class BadFile(PapertapeError):
    """A file that no backtest can be made of: which one, where, and why, in one line."""

    def __init__(self, path: Path, line: int | None, reason: str) -> None:
        name = path.name or str(path)
        where = name if line is None else f"{name} line {line}"
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
    """A text file to read, plain, gzipped or alone in a zip archive. Raises OSError.

    It is UTF-8 unless its first bytes are those of UTF-16. Bytes that are neither become characters that no figure and
    no symbol may hold, so that their own row is named.
    """
    with _open_bytes(path) as file:
        first = _first_bytes(file)
    encoding = _encoding_of(first)
    if encoding == "utf-8-sig":
        _require_text(first)
    errors = "surrogateescape" if encoding == "utf-8-sig" else "replace"
    return TextIOWrapper(_open_bytes(path), encoding=encoding, errors=errors, newline="")


def inner_name(path: Path) -> str:
    """The name of a file, in a zip archive that of the one file it holds. Raises OSError."""
    kind = path.suffix.casefold()
    return _only_member(path) if kind == ".zip" else path.stem if kind in _COMPRESSED else path.name


def _open_bytes(path: Path) -> IO[bytes]:
    kind = path.suffix.casefold()
    if kind == ".gz":
        return cast("IO[bytes]", gzip.open(path))
    if kind == ".bz2":
        return bz2.open(path)
    if kind == ".xz":
        return lzma.open(path)
    if kind == ".zip":
        member = _only_member(path)
        try:
            with ZipFile(path) as archive:
                return archive.open(member)
        except (BadZipFile, NotImplementedError, RuntimeError) as problem:
            raise OSError(f"the archive cannot be unpacked: {problem}") from None
    return path.open("rb")


def _only_member(path: Path) -> str:
    try:
        with ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/") and "__MACOSX" not in name]
    except BadZipFile as problem:
        raise OSError(f"it is no zip archive: {problem}") from None
    if len(names) != 1:
        raise OSError(f"the archive holds {len(names)} files, and must hold one: unpack it")
    return names[0]


def _first_bytes(file: IO[bytes]) -> bytes:
    try:
        return file.read(_FIRST_BYTES)
    except DAMAGES:
        return b""


def _require_text(first: bytes) -> None:
    known = next((reason for beginning, reason in _NO_TEXT.items() if first.startswith(beginning)), None)
    if known is None and _FEW * (len(first) - len(first.translate(None, _CONTROL))) > len(first):
        known = "it is no text"
    if known is not None:
        raise OSError(known)


def _encoding_of(first: bytes) -> str:
    if first.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    zeros = [first[place::2].count(0) * 4 > len(first) for place in (0, 1)]
    return "utf-16-be" if zeros[0] else "utf-16-le" if zeros[1] else "utf-8-sig"


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
    except (*DAMAGES, OSError) as problem:
        raise BadFile(path, line + 1, f"cannot be read from here on: {problem}") from None
