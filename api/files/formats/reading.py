"""What is said of how a file is to be read, beyond what it shows itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.choices import DateOrder, DecimalMark, Stamp
from api.errors import BadArgument
from api.files.formats.header import FIELDS


@dataclass(frozen=True, slots=True)
class Reading:
    """The program that wrote it, where its fields stand (by title, or place from 0), and what may be ambiguous."""

    format: str | None = None
    columns: Mapping[str, str | int] = field(default_factory=dict)
    stamp: Stamp | None = None
    dates: DateOrder | None = None
    decimal: DecimalMark | None = None


def parse_columns(text: str) -> Mapping[str, str | int]:
    """Columns as they are typed: `time=Date,open=2`, numbers counted from 1. Raises BadArgument."""
    columns: dict[str, str | int] = {}
    for part in text.split(","):
        name, equals, where = (piece.strip() for piece in part.partition("="))
        if name not in FIELDS or not equals or not where or where == "0":
            raise BadArgument(
                f"columns must be like time=Date,open=2 of {', '.join(FIELDS)}, columns counted from 1, not {part!r}"
            )
        columns["start" if name == "time" else name] = int(where) - 1 if where.isdecimal() else where
    return columns
