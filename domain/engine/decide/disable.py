"""Turn an account off (R35)."""

from domain.engine.closing import close_account
from domain.engine.commands import Times
from domain.engine.context import DecisionContext
from domain.engine.events import AccountDisabled
from domain.engine.observe import observe_fills


def disable(context: DecisionContext, times: Times) -> None:
    """Cancel what works, close everything, refuse new signals (R35)."""
    if context.account.enabled:
        close_account(context, times.clock)
        observe_fills(context)
        context.record(AccountDisabled(times.recorded_at, times.clock))
