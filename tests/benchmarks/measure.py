"""Samples taken in turns, and what they come to: medians with their spread."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Sample:
    """So many units of work, done in so many seconds, of which so many were CPU of who did it."""

    units: int
    seconds: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Spread:
    """A median, and the range it was found in."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of some values."""
        return cls(median(values), min(values), max(values))

    def json(self) -> dict[str, float]:
        """As JSON holds it."""
        return {"median": self.median, "min": self.low, "max": self.high}


@dataclass(frozen=True, slots=True)
class Series:
    """The samples of one contender, in the order of the rounds."""

    samples: Sequence[Sample]

    @property
    def rates(self) -> list[float]:
        """Units a second, by rounds."""
        return [sample.units / sample.seconds for sample in self.samples]

    @property
    def cpus(self) -> list[float]:
        """Milliseconds of CPU a unit, by rounds."""
        return [1_000 * sample.cpu / sample.units for sample in self.samples]

    def json(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "rounds": len(self.samples),
            "units": sum(sample.units for sample in self.samples),
            "rate_per_second": Spread.of(self.rates).json(),
            "cpu_ms": Spread.of(self.cpus).json(),
        }


Contender = Callable[[], Awaitable[Sample]]


async def interleaved(contenders: Mapping[str, Contender], rounds: int, *, warm_up: bool = True) -> dict[str, Series]:
    """Samples of each contender, taken in turns: A B C A B C. The first round warms up and does not count."""
    samples: dict[str, list[Sample]] = {name: [] for name in contenders}
    for number in range(rounds + warm_up):
        for name, contender in contenders.items():
            sample = await contender()
            if number >= warm_up:
                samples[name].append(sample)
    return {name: Series(taken) for name, taken in samples.items()}


def quotients(numerators: Sequence[float], denominators: Sequence[float]) -> Spread:
    """The ratios of two figures that were taken in the same rounds."""
    return Spread.of([above / below for above, below in zip(numerators, denominators, strict=True)])


def cpu_seconds(pid: int) -> float:
    """The CPU that a process has taken, with all its threads; not that of its children.

    Linux names the CPU clock of a process so (`clock_getcpuclockid`); it counts in nanoseconds, where /proc/PID/stat
    counts in hundredths of a second.
    """
    return time.clock_gettime((~pid << 3) | 2)


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in family(int(child)))]


def resident_mebibytes(pid: int) -> float:
    """The memory that a process has in RAM."""
    status = Path(f"/proc/{pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1_024
