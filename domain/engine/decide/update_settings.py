"""Change settings from here on (R35)."""

from domain.calendar import Zone
from domain.engine.commands import Times
from domain.engine.context import DecisionContext
from domain.engine.events import SettingsChanged
from domain.engine.observe import check_limits
from domain.portfolio.settings import Settings, SettingsChanges
from domain.validation import require


def change_settings(context: DecisionContext, changes: SettingsChanges, times: Times) -> None:
    """Change settings from here on; nothing is journaled if nothing differs. Raises Invalid."""
    settings = context.account.settings.changed(changes)
    if settings != context.account.settings:
        context.record(SettingsChanged(settings, times.clock))
        check_limits(context, times.clock)


def require_zone(settings: Settings, zone: Zone) -> None:
    """The zone that the settings name is the one that was resolved for them. Raises Invalid."""
    require(zone.name == settings.timezone, f"timezone {settings.timezone} is not known here", "timezone")
