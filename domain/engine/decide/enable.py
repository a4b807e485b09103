"""Create an account, or turn it on again (R35)."""

from domain.engine.commands import Enable, Times
from domain.engine.context import DecisionContext
from domain.engine.decide.update_settings import change_settings, require_zone
from domain.engine.events import AccountEnabled, AccountOpened
from domain.engine.state import Desk
from domain.portfolio.session import Session
from domain.portfolio.settings import Settings, SettingsChanges
from domain.refusals import ErrorCode, refuse
from domain.validation import require_account_name


def open_account(desk: Desk, command: Enable, times: Times) -> DecisionContext:
    """Create an account with its first session (R35). Raises Invalid."""
    require_account_name(command.account)
    settings = Settings().changed(command.settings or {})
    require_zone(settings, times.zone)
    session = Session(1, settings.starting_capital, times.recorded_at, zone=times.zone)
    session = session.switched_on(times.recorded_at)
    event = AccountOpened(command.account_id, command.account, settings, session, times.clock)
    return DecisionContext.opening(desk, event)


def enable(context: DecisionContext, changes: SettingsChanges | None, times: Times) -> None:
    """Turn an account on again; one that is on already stays as it is, or refuses other settings (R35)."""
    account = context.account
    settings = account.settings.changed(changes or {})
    if account.enabled:
        if settings != account.settings:
            message = f"account {account.name} is enabled with other settings: use `update_settings` (R35)"
            raise refuse(ErrorCode.ALREADY_ENABLED, message, field="settings")
        return
    change_settings(context, changes or {}, times)
    context.record(AccountEnabled(times.recorded_at, times.clock))
