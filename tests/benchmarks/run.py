"""What a part of `make bench` is given: how long it may take, where it may write, and where it reports."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.desk import Filled
from tests.benchmarks.report import Report
from tests.services import PostgresServer


@dataclass
class Run:
    """One run. `rounds` is how many samples of each contender count.

    `ram` is a folder whose files cost no fsync, `disk` one whose files do.
    """

    short: bool
    rounds: int
    ram: Path
    disk: Path
    filled: Filled
    postgres: PostgresServer | None = None
    report: Report = field(default_factory=Report)

    @property
    def seconds(self) -> float:
        """How long a sample of a server under load lasts."""
        return 1.0 if self.short else 3.0


Part = Callable[[Run], Awaitable[None]]
