"""An account's life: enable, settings, resume, disable, reset (R34, R35)."""

from dataclasses import replace

from domain.calendar import Zone
from domain.engine.commands import Enable, Reset, Times
from domain.engine.context import DecisionContext
from domain.engine.events import (
    AccountDisabled,
    AccountEnabled,
    AccountOpened,
    AccountResumed,
    JournalEntry,
    PositionEvent,
    SessionEnded,
    SessionStarted,
    SettingsChanged,
)
from domain.engine.evolve import opened
from domain.engine.observe import cancel_working, close_everything, observe
from domain.money import ZERO, plain
from domain.portfolio.session import Session
from domain.portfolio.settings import Settings, SettingsChanges
from domain.portfolio.valuation import Markets
from domain.refusals import ErrorCode, refuse
from domain.validation import require, require_account_name


def open_account(command: Enable, markets: Markets, times: Times) -> DecisionContext:
    """Create an account with its first session (R35). Raises Invalid."""
    require_account_name(command.account)
    settings = Settings().changed(command.settings or {})
    _require_zone(settings, times.zone)
    session = Session(1, settings.starting_capital, times.recorded_at, zone=times.zone)
    session = session.switched_on(times.recorded_at)
    event = AccountOpened(command.account_id, command.account, settings, session, times.clock)
    story = DecisionContext(opened(event), markets)
    story.entries.append(JournalEntry(command.account_id, 1, event))
    return story


def enable(story: DecisionContext, changes: SettingsChanges | None, times: Times) -> None:
    """Turn an account on again; one that is on already stays as it is, or refuses other settings (R35)."""
    account = story.account
    settings = account.settings.changed(changes or {})
    if account.enabled:
        if settings != account.settings:
            message = f"account {account.name} is enabled with other settings: use `update_settings` (R35)"
            raise refuse(ErrorCode.ALREADY_ENABLED, message, field="settings")
        return
    change_settings(story, changes or {}, times)
    story.record(AccountEnabled(times.recorded_at, times.clock))


def change_settings(story: DecisionContext, changes: SettingsChanges, times: Times) -> None:
    """Change settings from here on; nothing is journaled if nothing differs. Raises Invalid."""
    settings = story.account.settings.changed(changes)
    if settings != story.account.settings:
        story.record(SettingsChanged(settings, times.clock))


def disable(story: DecisionContext, times: Times) -> None:
    """Cancel what works, close everything, refuse new signals (R35)."""
    if story.account.enabled:
        _wind_up(story, times)
        story.record(AccountDisabled(times.recorded_at, times.clock))


def reset(story: DecisionContext, command: Reset, times: Times) -> int:
    """End the session and start the next; returns the number of the one that ended (R35). Raises Invalid."""
    current = story.account.session
    if command.session is not None:
        require(
            1 <= command.session <= current.number,
            f"session must be from 1 to {current.number}, the current one",
            "session",
        )
        if command.session < current.number:
            return command.session
    settings = story.account.settings.changed(command.settings or {})
    _require_zone(settings, times.zone)
    _wind_up(story, times)
    ended = replace(current.switched_off(times.recorded_at), ended_at=times.recorded_at)
    story.record(SessionEnded(ended, times.clock))
    story.archived.append(story.account)
    change_settings(story, command.settings or {}, times)
    fresh = Session(current.number + 1, settings.starting_capital, times.recorded_at, zone=times.zone)
    started = fresh.switched_on(times.recorded_at) if story.account.enabled else fresh
    story.record(SessionStarted(started, times.clock))
    return current.number


def resume(story: DecisionContext, times: Times) -> None:
    """Lift a halt, unless nothing is left to trade with (R34). Raises Refused."""
    account = story.account
    if account.halt_reason is None:
        return
    worth = story.equity
    if worth <= ZERO:
        message = f"equity is {plain(worth)}: reset the account to go on (R34)"
        raise refuse(ErrorCode.ACCOUNT_HALTED, message, limit=ZERO, actual=worth)
    story.record(AccountResumed(worth, times.clock))


def observe_closing(story: DecisionContext) -> None:
    """After a command that closed something: observe the equity (R37), at its last exit or at the curve's last point.

    A symbol's last price may be older than that point, which the exit has not undone: the curve never goes back.
    """
    exits = [entry.event.occurred_at for entry in story.entries if _is_fill(entry)]
    if exits:
        known = story.account.marks.time
        time = max(exits) if known is None else max(*exits, known)
        observe(story, time, story.account.day_of(time))


def _require_zone(settings: Settings, zone: Zone) -> None:
    require(zone.name == settings.timezone, f"timezone {settings.timezone} is not known here", "timezone")


def _wind_up(story: DecisionContext, times: Times) -> None:
    cancel_working(story, times.clock)
    close_everything(story)
    observe_closing(story)


def _is_fill(entry: JournalEntry) -> bool:
    return isinstance(entry.event, PositionEvent) and entry.event.fill is not None
