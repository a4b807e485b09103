"""Whether the chain holds: history hashed again, group by group, and compared with the hashes that are stored."""

from api.persistence.chain import NO_HISTORY, ExpectedHead, Head, Link, RunningHash
from api.persistence.expected_rows import DESK
from api.persistence.history import Recorded
from api.verification.result import VerificationResult


class ChainAudit:
    """Follows history and its chain. What differs is named by the ordinals of its group, and nothing after it."""

    def __init__(self, result: VerificationResult, expected: ExpectedHead | None) -> None:
        self._result = result
        self._expected = expected
        self._running = RunningHash(NO_HISTORY.hash)
        self._head = NO_HISTORY
        self._is_met = expected is None or expected.is_of(NO_HISTORY.ordinal, NO_HISTORY.hash)

    def take(self, row: Recorded) -> None:
        """The next row of history, or link of the chain, in order."""
        if row.is_link:
            self._close(row.link())
        else:
            row.add_to(self._running)

    def finish(self, stored: Head) -> None:
        """Hold the chain's end to what the desk says of it, and to the head that was expected."""
        if self._head.ordinal < stored.ordinal:
            self._add_problem(f"no hash is kept of {_span(self._head.ordinal + 1, stored.ordinal)}")
        elif self._head != stored:
            self._add_problem(f"desk 1 has the head {stored} of {stored.groups} groups, and the chain {self._head}")
        if self._expected is None or self._is_met:
            return
        if self._expected.ordinal > stored.ordinal:
            self._add_problem(
                f"history lacks its end: it reaches {stored.ordinal}, and the expected head is {self._expected}"
            )
        else:
            self._add_problem(f"this is another history: its chain has no head {self._expected}")

    def _close(self, link: Link) -> None:
        first = self._head.ordinal + 1
        if link.first != first:
            self._add_problem(f"chain {link.last} holds {_span(link.first, link.last)} instead of {first} onwards")
        if link.hash != self._running.digits:
            self._add_problem(f"{_span(first, link.last)} is not what was recorded: its hash is another")
        self._head = Head(link.last, link.hash, self._head.groups + 1)
        self._running = RunningHash(link.hash)
        self._is_met = self._is_met or (self._expected is not None and self._expected.is_of(link.last, link.hash))

    def _add_problem(self, fault: str) -> None:
        self._result.add_problem(DESK, fault)


def _span(first: int, last: int) -> str:
    return f"history {first} to {last}"
