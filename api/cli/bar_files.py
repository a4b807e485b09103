"""What commands are told of files of bars."""

from dataclasses import dataclass
from pathlib import Path

from api.choices import DateOrder, DecimalMark, Stamp
from api.files.bar_file import BarFile
from api.files.formats.reading import Reading, parse_columns
from api.files.formats.registry import named
from api.files.intervals import Interval, parse_timezone


@dataclass(frozen=True, slots=True)
class BarFileArguments:
    """What is said of how files of bars are to be read, as it was typed."""

    symbol: str | None = None
    interval: str | None = None
    timezone: str | None = None
    written_by: str | None = None
    columns: str | None = None
    stamped: Stamp | None = None
    dates: DateOrder | None = None
    decimal: DecimalMark | None = None

    def bar_file(self, path: Path) -> BarFile:
        """A file of which this is said. Raises BadArgument."""
        interval = None if self.interval is None else Interval.parse(self.interval)
        timezone = None if self.timezone is None else parse_timezone(self.timezone)
        columns = {} if self.columns is None else parse_columns(self.columns)
        if self.written_by is not None:
            named(self.written_by)
        reading = Reading(self.written_by, columns, self.stamped, self.dates, self.decimal)
        return BarFile(path, interval, self.symbol, timezone, reading)
