"""What the columns of an export are, whatever its format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from api.choices import Subject


class Kind(Enum):
    """What a column holds: money has 8 places, a figure 12; times are UTC; JSON is a value of any shape, as text."""

    TEXT = "TEXT"
    WHOLE = "WHOLE"
    MONEY = "MONEY"
    FIGURE = "FIGURE"
    TIME = "TIME"
    TRUTH = "TRUTH"
    JSON = "JSON"


Row = Sequence[object]
"""The values of a row, in the order of its columns; None where there is none."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, as the API writes it, and what it holds."""

    name: str
    kind: Kind


def _columns(*named: tuple[str, Kind]) -> Sequence[Column]:
    return [Column(name, kind) for names, kind in named for name in names.split()]


COLUMNS: Mapping[Subject, Sequence[Column]] = {
    Subject.TRADES: _columns(
        ("session", Kind.WHOLE),
        ("positionId signalId symbol side pattern campaignId", Kind.TEXT),
        ("quantity", Kind.MONEY),
        ("entryTime", Kind.TIME),
        ("entryPrice initialStopLoss", Kind.MONEY),
        ("exitTime", Kind.TIME),
        ("exitPrice", Kind.MONEY),
        ("exitReason", Kind.TEXT),
        ("realizedPnl commission slippage", Kind.MONEY),
        ("rMultiple", Kind.FIGURE),
    ),
    Subject.FILLS: _columns(
        ("session", Kind.WHOLE),
        ("positionId signalId symbol side", Kind.TEXT),
        ("number", Kind.WHOLE),
        ("time", Kind.TIME),
        ("reason", Kind.TEXT),
        ("quantity price rawPrice amount slippage commission realizedPnl", Kind.MONEY),
        ("gap ambiguous", Kind.TRUTH),
    ),
    Subject.EQUITY: _columns(
        ("session", Kind.WHOLE),
        ("time", Kind.TIME),
        ("equity peak", Kind.MONEY),
        ("drawdown", Kind.FIGURE),
    ),
    Subject.JOURNAL: _columns(
        ("ordinal seq", Kind.WHOLE),
        ("stream kind", Kind.TEXT),
        ("occurredAt recordedAt", Kind.TIME),
        ("event", Kind.JSON),
    ),
}
