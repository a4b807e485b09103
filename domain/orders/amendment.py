"""What an amendment changes of a waiting signal, or of an open position (R41)."""

from dataclasses import fields
from datetime import datetime
from decimal import Decimal

from domain.notation import Price
from domain.orders.request import Request
from domain.orders.trailing_stop import TrailingStop
from domain.records import dataclass, replace
from domain.validation import require, require_note, require_price, require_text, require_utc

_EITHER = (
    ("quantity", "risk_percent"),
    ("stop_loss", "stop_distance", "stop_percent"),
    ("target1", "target1_r"),
    ("target2", "target2_r"),
)
"""Of each of these one is given, if any: an amendment by one takes the place of the others."""


@dataclass(frozen=True, slots=True)
class PositionAmendment:
    """What becomes of a position. Only fields that are `given` count: None among them takes away what may be absent."""

    given: tuple[str, ...]
    stop_loss: Price | None = None
    target1: Price | None = None
    target2: Price | None = None
    trailing_stop: TrailingStop | None = None
    expires_at: datetime | None = None
    campaign_id: str | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        _require_something(self.given)
        for name, price in (("stop_loss", self.stop_loss), ("target1", self.target1), ("target2", self.target2)):
            if price is not None:
                require_price(name, price)
        if self.expires_at is not None:
            require_utc("expires_at", self.expires_at)
        require_text("campaign_id", self.campaign_id)
        require_note("note", self.note)


@dataclass(frozen=True, slots=True)
class SignalAmendment:
    """What becomes of a signal. Only fields that are `given` count: None among them takes away what may be absent."""

    given: tuple[str, ...]
    entry_price: Price | None = None
    stop_loss: Price | None = None
    target1: Price | None = None
    target2: Price | None = None
    trailing_stop: TrailingStop | None = None
    quantity: Decimal | None = None
    risk_percent: Decimal | None = None
    good_until: datetime | None = None
    expires_at: datetime | None = None
    campaign_id: str | None = None
    note: str | None = None
    stop_distance: Price | None = None
    stop_percent: Decimal | None = None
    target1_r: Decimal | None = None
    target2_r: Decimal | None = None

    def __post_init__(self) -> None:
        _require_something(self.given)

    def of(self, request: Request) -> Request:
        """A request as it is amended; what is given one way takes the place of what was given another. Raises Invalid.

        How long it is good follows from a `good_until` that is given.
        """
        changes = {name: getattr(self, name) for name in self.given}
        for names in _EITHER:
            if any(changes.get(name) is not None for name in names):
                changes = {**dict.fromkeys(names), **changes}
        if "good_until" in changes:
            changes["time_in_force"] = None
        return replace(request, **changes)


def amendable(kind: type[PositionAmendment] | type[SignalAmendment]) -> tuple[str, ...]:
    """The names of what can be amended."""
    return tuple(field.name for field in fields(kind) if field.name != "given")


OF_SIGNALS_ONLY = frozenset(amendable(SignalAmendment)) - frozenset(amendable(PositionAmendment))
"""What can be amended of a signal that waits, and not of an open position."""


def _require_something(given: tuple[str, ...]) -> None:
    require(bool(given), "an amendment must change something: give at least one field to change (R41)", "input")
