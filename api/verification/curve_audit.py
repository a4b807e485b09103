"""What the rows of watermarks and curves must hold: what was observed up to where each account was looked at last."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from api.persistence.projections.projector import Projector
from domain.engine.observer import CurveGrowth, SessionCurve
from domain.engine.watch import EndedSession

SessionKey = tuple[UUID, int]

_MOST_HOURS = 24


class CurveAudit:
    """Keeps what curves grew by, but for their points, until it is certain to be stored."""

    def __init__(self, projector: Projector) -> None:
        self._projector = projector
        self._places: dict[SessionKey, int] = {}
        self._due: dict[int, set[SessionKey]] = {}
        self._owed: dict[SessionKey, CurveGrowth] = {}
        self._stored: set[SessionKey] = set()

    def expect(self, places: Mapping[SessionKey, int]) -> None:
        """Rows say that they were stored at these places in history, which are still to come."""
        for key, ordinal in places.items():
            self._places[key] = ordinal
            self._due.setdefault(ordinal, set()).add(key)

    def grow(self, curves: Iterable[SessionCurve]) -> None:
        """Curves grew: what of it is certain to be stored is handed on before it is much."""
        for curve in curves:
            key = curve.account_id, curve.session
            owed = self._owed.setdefault(key, CurveGrowth())
            owed.counted_hours |= curve.growth.counted_hours
            owed.counted_days |= curve.growth.counted_days
            if len(owed.counted_hours) > _MOST_HOURS and key in self._places:
                self._hand_on(key)

    def is_due(self, ordinal: int) -> bool:
        """Whether anything was stored at a place."""
        return ordinal in self._due

    def reach(self, ordinal: int, sessions: Mapping[SessionKey, EndedSession]) -> None:
        """A group of commands ends here, and sessions stand so: what was stored here must be like them."""
        for key in self._due.pop(ordinal, ()):
            if self._places.get(key) == ordinal and key in sessions:
                del self._places[key]
                self._store(key, sessions[key])

    def finish(self, sessions: Mapping[SessionKey, EndedSession]) -> list[SessionKey]:
        """History ends: the sessions that were stored at no place where a group of commands ended, or not at all."""
        missing = [key for key in sessions if key in self._places or key not in self._stored]
        for key in missing:
            self._store(key, sessions[key])
        return missing

    def _store(self, key: SessionKey, session: EndedSession) -> None:
        self._stored.add(key)
        self._hand_on(key)
        self._projector.add_watch(session)

    def _hand_on(self, key: SessionKey) -> None:
        self._projector.add_curves([SessionCurve(*key, self._owed.pop(key, CurveGrowth()))])
