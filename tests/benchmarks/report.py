"""What a run found: the figures, and how they stand to each other; as tables and as JSON."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.measure import Series, Spread

OURS, USUAL, LIMIT = "ours", "usual pick", "limit"


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell of the first table: what a contender needs for some work."""

    work: str
    column: str
    text: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ratio:
    """One row of the second table; `reach` and `beyond` are at least, or at most, what is to be reached."""

    work: str
    against: str
    value: Spread
    reach: float
    beyond: float
    at_least: bool
    unit: str = "×"

    @property
    def is_reached(self) -> bool:
        """Whether the median reaches the figure."""
        return self.value.median >= self.reach if self.at_least else self.value.median <= self.reach

    def json(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "work": self.work,
            "against": self.against,
            **self.value.json(),
            "reach": self.reach,
            "beyond": self.beyond,
            "at_least": self.at_least,
            "unit": self.unit,
            "reached": self.is_reached,
        }


@dataclass
class Report:
    """All that was found so far."""

    figures: list[Figure] = field(default_factory=list)
    growth: list[Figure] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, work: str, column: str, series: Series, *, rate: bool = True, cpu: bool = True) -> None:
        """Take in what a contender needed for some work."""
        self.figures.append(Figure(work, column, _shown(series, rate=rate, cpu=cpu), series.json()))

    def add_plain(self, work: str, column: str, text: str, **data: float) -> None:
        """Take in a figure that is no series."""
        self.figures.append(Figure(work, column, text, data))

    def add_growth(self, work: str, size: str, series: Series) -> None:
        """Take in a figure of some work beside others of another size."""
        self.growth.append(Figure(work, size, _shown(series, rate=False, cpu=True), series.json()))

    def add_ratio(
        self,
        work: str,
        against: str,
        value: Spread,
        reach: float,
        beyond: float,
        *,
        at_least: bool,
        unit: str = "×",
    ) -> None:
        """Take in how a figure stands to another, or to nothing but its own unit."""
        self.ratios.append(Ratio(work, against, value, reach, beyond, at_least, unit))

    def note(self, text: str) -> None:
        """Say what was left out, or bounded."""
        if text not in self.notes:
            self.notes.append(text)

    def json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "figures": [_json_of(figure) for figure in self.figures],
            "growth": [_json_of(figure) for figure in self.growth],
            "ratios": [ratio.json() for ratio in self.ratios],
            "notes": self.notes,
            "cores": os.cpu_count(),
            "load": os.getloadavg(),
        }

    def print(self, console: Console) -> None:
        """Both tables, the growth, and what was left out."""
        if self.figures:
            console.print(_figures("Work, medians (lowest – highest)", self.figures, [OURS, USUAL, LIMIT]))
        if self.ratios:
            console.print(_ratios(self.ratios))
        if self.growth:
            console.print(_growth(self.growth))
        for note in self.notes:
            console.print(f"- {note}", highlight=False)


def _json_of(figure: Figure) -> dict[str, Any]:
    return {"work": figure.work, "column": figure.column, **figure.data}


def _figures(title: str, figures: Sequence[Figure], columns: Sequence[str]) -> Table:
    table = Table(title=title, show_lines=True)
    for name in ("work", *columns):
        table.add_column(name)
    for work in dict.fromkeys(figure.work for figure in figures):
        cells = {figure.column: figure.text for figure in figures if figure.work == work}
        table.add_row(work, *(cells.get(column, "–") for column in columns))
    return table


def _ratios(ratios: Sequence[Ratio]) -> Table:
    table = Table(title="Ratios, medians of the rounds (lowest – highest)")
    for name in ("work", "against", "ratio", "reach", "beyond", ""):
        table.add_column(name)
    for ratio in ratios:
        sign = "≥" if ratio.at_least else "≤"
        reach, beyond = (f"{sign} {number(figure)} {ratio.unit}" for figure in (ratio.reach, ratio.beyond))
        verdict = "reached" if ratio.is_reached else "not yet"
        table.add_row(ratio.work, ratio.against, f"{spread(ratio.value)} {ratio.unit}", reach, beyond, verdict)
    return table


def _growth(figures: Sequence[Figure]) -> Table:
    table = Table(title="Growth: ms of CPU, medians (lowest – highest)")
    for name in ("work", "size", "figure"):
        table.add_column(name)
    for figure in figures:
        table.add_row(figure.work, figure.column, figure.text)
    return table


def _shown(series: Series, *, rate: bool, cpu: bool) -> str:
    parts = []
    if rate:
        parts.append(f"{spread(Spread.of(series.rates))} /s")
    if cpu:
        parts.append(f"{spread(Spread.of(series.cpus))} ms CPU")
    return "\n".join(parts)


def spread(value: Spread) -> str:
    """A median with its range, if there is one."""
    if value.low == value.high:
        return number(value.median)
    return f"{number(value.median)} ({number(value.low)} – {number(value.high)})"


def number(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"
