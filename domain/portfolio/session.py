"""An account's record from one reset to the next (R35)."""

from datetime import datetime, timedelta
from decimal import Decimal

from domain.calendar import UTC_ZONE, Zone
from domain.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Session:
    """One life of an account (R4); times are recorded times. Its days are those of `zone` (R34).

    It was enabled for `enabled_for` in all, and since `enabled_since` if it is enabled (R36).
    """

    number: int
    starting_capital: Decimal
    started_at: datetime
    ended_at: datetime | None = None
    enabled_since: datetime | None = None
    enabled_for: timedelta = timedelta()
    zone: Zone = UTC_ZONE

    def switched_on(self, at: datetime) -> "Session":
        """This session, of an account that is enabled from now on."""
        return replace(self, enabled_since=at)

    def switched_off(self, at: datetime) -> "Session":
        """This session, of an account that is not enabled any more."""
        if self.enabled_since is None:
            return self
        return replace(self, enabled_since=None, enabled_for=self.enabled_until(at))

    def enabled_until(self, now: datetime) -> timedelta:
        """How long the account was enabled in this session, up to its end or `now`, in recorded time (R36)."""
        if self.enabled_since is None:
            return self.enabled_for
        return self.enabled_for + max(timedelta(), (self.ended_at or now) - self.enabled_since)
