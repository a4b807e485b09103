"""What `papertape verify` finds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from api.persistence.chain import Head
from domain.portfolio.account import Account


@dataclass(slots=True)
class VerificationResult:
    """What was counted, and what is wrong, by account."""

    counted: dict[UUID, dict[str, int]] = field(default_factory=dict)
    wrong: dict[UUID, list[str]] = field(default_factory=dict)

    def count(self, account_id: UUID, what: str) -> None:
        """One more of something."""
        counts = self.counted.setdefault(account_id, {})
        counts[what] = counts.get(what, 0) + 1

    def add_problem(self, account_id: UUID, fault: str) -> None:
        """Something is wrong."""
        self.wrong.setdefault(account_id, []).append(fault)

    def add_problems(self, account_id: UUID, faults: Iterable[str]) -> None:
        """All of this is wrong."""
        for fault in faults:
            self.add_problem(account_id, fault)


@dataclass(frozen=True, slots=True)
class Verification:
    """A record that was verified: its differences, its accounts as history makes them, its facts and its head."""

    result: VerificationResult
    accounts: Sequence[Account]
    folded: int
    head: Head
