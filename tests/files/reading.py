"""Files of many forms, read as a command reads them."""

from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest

from api.choices import DateOrder, DecimalMark, Stamp
from api.cli.app import app
from api.cli.bar_files import BarFileArguments
from api.files.bar_file import checked
from api.files.unusable import UnusableBars
from tests.processes import Finished

HOURS = (("2031-03-03T09:00Z", "2031-03-03T10:00Z"), ("2031-03-03T10:00Z", "2031-03-03T11:00Z"))
DAYS = (("2031-03-13T00:00Z", "2031-03-14T00:00Z"), ("2031-03-14T00:00Z", "2031-03-15T00:00Z"))


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says: its bars in words, `symbol start end open high low close volume`, and what is said of it."""

    bars: Sequence[str]
    recognised: str
    notes: Sequence[str]
    unusable: Sequence[str]


def said(options: Mapping[str, str]) -> BarFileArguments:
    """Options as the shell takes them: `symbol`, `interval`, `timezone`, `format`, `columns`, `stamped` …"""
    return BarFileArguments(
        options.get("symbol"),
        options.get("interval"),
        options.get("timezone"),
        options.get("format"),
        options.get("columns"),
        Stamp(options["stamped"]) if "stamped" in options else None,
        DateOrder(options["dates"]) if "dates" in options else None,
        DecimalMark(options["decimal"]) if "decimal" in options else None,
    )


def read(path: Path, **options: str) -> Read:
    """What a file says with these options."""
    with checked(said(options).bar_file(path)) as file:
        bars = [
            f"{bar.symbol} {bar.start:%Y-%m-%dT%H:%MZ} {bar.end:%Y-%m-%dT%H:%MZ} "
            f"{bar.open} {bar.high} {bar.low} {bar.close} {bar.volume}"
            for bar in (row.bar for row in file.bars())
        ]
        return Read(bars, file.recognised, file.notes, file.report.sentences())


def asked(path: Path, **options: str) -> str:
    """What is asked of whoever gives a file with these options."""
    with pytest.raises(UnusableBars) as caught:
        read(path, **options)
    return str(caught.value)


def written(folder: Path, text: str, name: str = "bars.csv", encoding: str = "utf-8") -> Path:
    """A file of a text."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def bars(spans: Sequence[tuple[str, str]], *figures: str, symbol: str = "XYZ") -> list[str]:
    """Bars in words, of one symbol."""
    return [f"{symbol} {start} {end} {shown}" for (start, end), shown in zip(spans, figures, strict=True)]


def inspected(*arguments: str) -> Finished:
    """What `papertape inspect` says here and now, below its table of bars."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err), patch.dict("os.environ", COLUMNS="300"):
        code = app(["inspect", *arguments], standalone_mode=False)
    lines = [line for line in out.getvalue().splitlines() if line and line[0] not in "┏┡├└┃│"]
    return Finished(code or 0, "".join(f"{line}\n" for line in lines), err.getvalue())
