"""What `papertape verify` found, and how it says so."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from rich.console import Console
from rich.table import Table as Sheet

from api.persistence.chain import Head
from api.persistence.expected import DESK
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

    def blame(self, account_id: UUID, fault: str) -> None:
        """Something is wrong."""
        self.wrong.setdefault(account_id, []).append(fault)


def report(findings: VerificationResult, accounts: Iterable[Account], folded: int, head: Head, console: Console) -> int:
    """Print a table of the accounts, the first faults and the record's head; 1 if there is any fault."""
    sheet = Sheet("account", "events", "fills", "trades", "cash", "realized P&L", "result")
    for account in sorted(accounts, key=lambda each: each.name):
        counts, wrong = findings.counted.get(account.id, {}), findings.wrong.get(account.id, [])
        sheet.add_row(
            account.name,
            *(str(counts.get(each, 0)) for each in ("events", "fills", "trades")),
            plain(account.books.cash),
            plain(account.books.realized_pnl),
            f"{len(wrong)} differences" if wrong else "ok",
        )
    console.print(sheet)
    # What is wrong with history itself comes first: it may explain the rest.
    by_account = sorted(findings.wrong.items(), key=lambda each: each[0] != DESK)
    faults = [fault for _, each in by_account for fault in each]
    for fault in faults[:_MOST_SHOWN]:
        console.print(f"- {fault}", markup=False, soft_wrap=True)
    if len(faults) > _MOST_SHOWN:
        console.print(f"- and {len(faults) - _MOST_SHOWN} more")
    said = f"{len(faults)} differences" if faults else "no differences"
    console.print(f"{folded} facts folded: {said}.")
    console.print(f"Head {head}", highlight=False, soft_wrap=True)
    return 1 if faults else 0
