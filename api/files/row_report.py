"""What became of the rows of a file: how many, on which lines, and why."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

_MOST_NAMED = 20
_MOST_LINES = 1_000
_MOST_RANGES = 8


class RowOutcome(Enum):
    """What can become of a row; the first three are the server's word (R7), the last two may be the file's own."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    LATE = "late"
    CONFLICT = "conflict"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row that was not applied: its line in the file, counted from 1, and why."""

    line: int
    outcome: RowOutcome
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.outcome.value}: {self.message}"


@dataclass(slots=True)
class RowReport:
    """Counts by outcome; the first lines of each, and the first rows with what is wrong with them."""

    counts: Counter[RowOutcome] = field(default_factory=Counter)
    named: list[NamedRow] = field(default_factory=list)
    _lines: dict[RowOutcome, list[int]] = field(default_factory=dict)

    def count(self, outcome: RowOutcome, rows: int) -> None:
        """So many more rows of an outcome, on lines that are not known."""
        self.counts[outcome] += rows

    def note(self, outcome: RowOutcome, line: int) -> None:
        """One more row of an outcome."""
        self.counts[outcome] += 1
        lines = self._lines.setdefault(outcome, [])
        if len(lines) < _MOST_LINES:
            lines.append(line)

    def name(self, outcome: RowOutcome, line: int, message: str) -> None:
        """One more row that was not applied, and why."""
        self.note(outcome, line)
        if len(self.named) < _MOST_NAMED:
            self.named.append(NamedRow(line, outcome, message))

    @property
    def named_in_all(self) -> int:
        """How many rows were named, those beyond the first ones too."""
        return sum(self.counts[outcome] for outcome in (RowOutcome.LATE, RowOutcome.CONFLICT, RowOutcome.UNUSABLE))

    def sentences(self) -> list[str]:
        """The named rows in the order of their lines, and how many more there are."""
        sentences = [str(row) for row in sorted(self.named, key=lambda row: row.line)]
        more = self.named_in_all - len(self.named)
        return [*sentences, f"… and {more} more"] if more > 0 else sentences

    def lines(self, outcome: RowOutcome) -> str:
        """The known lines of an outcome, as `3, 7-12`; many are cut short."""
        ranges = _ranges(sorted(self._lines.get(outcome, ())))
        shown = ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in ranges[:_MOST_RANGES])
        return shown + " …" if len(ranges) > _MOST_RANGES else shown


def _ranges(lines: Sequence[int]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for line in lines:
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], line)
        else:
            ranges.append((line, line))
    return ranges
