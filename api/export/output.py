"""Where an export goes: standard output, or a file that appears only once it is complete."""

import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from api.choices import STANDARD_OUTPUT


@contextmanager
def output(path: Path) -> Iterator[BinaryIO]:
    """A file to write, gzipped if it is named so; `-` is standard output; a pipe stays what it is. Raises OSError."""
    if path == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            yield device
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with _opened(path, part) as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _opened(path: Path, part: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(part, "wb")) if path.suffix == ".gz" else part.open("wb")
