"""What `papertape verify` prints."""

from rich.console import Console
from rich.table import Table as Sheet

from api.persistence.expected_rows import DESK
from api.verification.result import Verification
from api.wording import counted
from domain.money import plain

_MOST_SHOWN = 20


def print_verification(verification: Verification, console: Console) -> int:
    """Print a table of the accounts, the first faults and the record's head; 1 if there is any fault."""
    result = verification.result
    sheet = Sheet("account", "events", "fills", "trades", "cash", "realized P&L", "result")
    for account in sorted(verification.accounts, key=lambda account: account.name):
        counts, wrong = result.counted.get(account.id, {}), result.wrong.get(account.id, [])
        sheet.add_row(
            account.name,
            *(str(counts.get(what, 0)) for what in ("events", "fills", "trades")),
            plain(account.totals.cash),
            plain(account.totals.realized_pnl),
            counted(len(wrong), "difference") if wrong else "ok",
        )
    console.print(sheet)
    # What is wrong with history itself comes first: it may explain the rest.
    by_account = sorted(result.wrong.items(), key=lambda item: item[0] != DESK)
    faults = [fault for _, wrong in by_account for fault in wrong]
    for fault in faults[:_MOST_SHOWN]:
        console.print(f"- {fault}", markup=False, soft_wrap=True)
    if len(faults) > _MOST_SHOWN:
        console.print(f"- and {len(faults) - _MOST_SHOWN} more")
    said = counted(len(faults), "difference") if faults else "no differences"
    console.print(f"{verification.folded} facts folded: {said}.")
    console.print(f"Head {verification.head}", highlight=False, soft_wrap=True)
    return 1 if faults else 0
