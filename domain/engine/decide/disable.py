"""Turn an account off (R35)."""

from domain.engine.closing import wind_up
from domain.engine.commands import Times
from domain.engine.context import DecisionContext
from domain.engine.events import AccountDisabled


def disable(context: DecisionContext, times: Times) -> None:
    """Cancel what works, close everything, refuse new signals (R35)."""
    if context.account.enabled:
        wind_up(context, times)
        context.record(AccountDisabled(times.recorded_at, times.clock))
