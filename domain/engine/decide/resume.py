"""Lift a halt (R34)."""

from domain.engine.commands import Times
from domain.engine.context import DecisionContext
from domain.engine.events import AccountResumed
from domain.money import ZERO, plain
from domain.refusals import ErrorCode, refuse


def resume(context: DecisionContext, times: Times) -> None:
    """Lift a halt, unless nothing is left to trade with (R34). Raises Refused."""
    account = context.account
    if account.halt_reason is None:
        return
    worth = context.equity
    if worth <= ZERO:
        message = f"equity is {plain(worth)}: reset the account to go on (R34)"
        raise refuse(ErrorCode.ACCOUNT_HALTED, message, limit=ZERO, actual=worth)
    context.record(AccountResumed(worth, times.clock))
    context.resume(worth)
