"""What is known of how a program writes bars: by its header, or by the shape of its rows where it writes none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.choices import DateOrder, Stamp

NO_COLUMNS: Mapping[str, str | int] = {}


@dataclass(frozen=True, slots=True)
class Dialect:
    """A program's form. `name` is what --format takes, `title` what is said of it.

    `titles` are those of a header that no other program writes together; `shape` is, for files without a header, a
    pattern for each cell of a row, and `delimiter` what stands between them. `columns` says where a field stands, by
    title or place, as far as its common names do not. `places` are the decimal places that whole numbers of its prices
    stand for. `zone` is that of its times by the program's word, None if it writes those of a market or broker.
    `file_name` finds the symbol and the interval in the name that the program gives its files. A form that must be
    named by --format is `one_of` several, as a question says, unless the path of a file, which ends with the name of
    what an archive holds, is like `told_by`. A volume may be the sum of `volume` and `added`.
    """

    name: str
    title: str
    titles: frozenset[str] = frozenset()
    shape: tuple[str, ...] = ()
    delimiter: str = ","
    columns: Mapping[str, str | int] = field(default_factory=lambda: NO_COLUMNS)
    zone: str | None = None
    dates: DateOrder | None = None
    stamp: Stamp | None = Stamp.START
    places: int = 0
    whole_only: bool = False
    zero_is_unknown: bool = False
    interval_column: str | None = None
    intervals: Mapping[str, str] = field(default_factory=dict)
    file_name: re.Pattern[str] | None = None
    left_out: str | None = None
    one_of: str | None = None
    told_by: re.Pattern[str] | None = None

    def is_told_by(self, path: str) -> bool:
        """Whether the path of a file says that it is of this form."""
        return self.told_by is not None and self.told_by.fullmatch(path) is not None


DATE = r"(?:19|20|21)\d{6}"
CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
FIGURE = r"-?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?"
PRICES = (FIGURE,) * 4
EPOCH = r"\d{9,10}(?:\.\d+)?|\d{13}|\d{16}|\d{19}"
BARE_COLUMNS: Mapping[str, str | int] = {"start": 0, "open": 1, "high": 2, "low": 3, "close": 4, "volume": 5}
