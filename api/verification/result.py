"""The result of `papertape verify`, and how it is printed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from rich.console import Console
from rich.table import Table as Sheet

from api.persistence.chain import Head
from api.persistence.expected_rows import DESK
from domain.money import plain
from domain.portfolio.account import Account

_MOST_SHOWN = 20


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


def report(result: VerificationResult, accounts: Iterable[Account], folded: int, head: Head, console: Console) -> int:
    """Print a table of the accounts, the first faults and the record's head; 1 if there is any fault."""
    sheet = Sheet("account", "events", "fills", "trades", "cash", "realized P&L", "result")
    for account in sorted(accounts, key=lambda account: account.name):
        counts, wrong = result.counted.get(account.id, {}), result.wrong.get(account.id, [])
        sheet.add_row(
            account.name,
            *(str(counts.get(what, 0)) for what in ("events", "fills", "trades")),
            plain(account.totals.cash),
            plain(account.totals.realized_pnl),
            f"{len(wrong)} differences" if wrong else "ok",
        )
    console.print(sheet)
    # What is wrong with history itself comes first: it may explain the rest.
    by_account = sorted(result.wrong.items(), key=lambda item: item[0] != DESK)
    faults = [fault for _, wrong in by_account for fault in wrong]
    for fault in faults[:_MOST_SHOWN]:
        console.print(f"- {fault}", markup=False, soft_wrap=True)
    if len(faults) > _MOST_SHOWN:
        console.print(f"- and {len(faults) - _MOST_SHOWN} more")
    said = f"{len(faults)} differences" if faults else "no differences"
    console.print(f"{folded} facts folded: {said}.")
    console.print(f"Head {head}", highlight=False, soft_wrap=True)
    return 1 if faults else 0
