"""Hooks, and what became of the alerts that came to them, as they are kept beside the record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from api.codec.commands import CommandKind
from domain.instruments import AssetClass
from domain.money import HUNDRED, ZERO
from domain.validation import require, require_above_zero, require_between, require_symbol

_MOST_NAMES = 200
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class HookDefaults:
    """What a hook adds to alerts that do not say it themselves.

    `symbols` are names of the desk by those of alerts, `fields` what fields of alerts are called by the template, or ""
    for those that mean nothing. Without an asset class it follows from the symbol.
    """

    stop_percent: Decimal | None = None
    target1_r: Decimal | None = None
    target1_percent: Decimal | None = None
    risk_percent: Decimal | None = None
    quantity: Decimal | None = None
    asset_class: AssetClass | None = None
    symbols: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("stop_percent", "target1_r", "target1_percent", "risk_percent", "quantity"):
            if (figure := getattr(self, name)) is not None:
                require_above_zero(name, figure)
        for name in ("stop_percent", "risk_percent"):
            if (figure := getattr(self, name)) is not None:
                require_between(name, figure, ZERO, HUNDRED)
        both = self.risk_percent is not None and self.quantity is not None
        require(not both, "give quantity or `risk_percent`, not both (R17)", "quantity")
        both = self.target1_r is not None and self.target1_percent is not None
        require(not both, "give `target1_r` or `target1_percent`, not both (R14)", "target1_percent")
        for name, names in (("symbols", self.symbols), ("fields", self.fields)):
            require(len(names) <= _MOST_NAMES, f"`{name}` may name {_MOST_NAMES} at most", name)
            for given in names:
                is_name = 0 < len(given) <= _LONGEST_NAME and given.isprintable()
                require(is_name, f"`{name}` has a name that is empty, too long or not printable", name)
        for symbol in self.symbols.values():
            require_symbol(symbol)


@dataclass(frozen=True, slots=True)
class Hook:
    """A door for alerts to one account. The secret is kept as its SHA-256; `deliveries` counts what came."""

    name: str
    account: str
    template: str
    defaults: HookDefaults
    secret_hash: str
    created_at: datetime
    revoked_at: datetime | None = None
    deliveries: int = 0


class DeliveryStatus(Enum):
    """What became of an alert."""

    PENDING = "PENDING"
    DONE = "DONE"
    REPLAYED = "REPLAYED"
    REFUSED = "REFUSED"
    INVALID = "INVALID"


@dataclass(frozen=True, slots=True)
class AlertDelivery:
    """An alert that came to a hook, by its number there, and what became of it.

    Bodies of one `digest` are the same alert, which came first at `first_at`. `alert` is what was read of it, as JSON,
    `commands` what is to be done for it, where that is kept, and `signal_id` the client's id of the signal that it was.
    While it is pending, a process sees to it until `lease_until`. What it is about, of when it is by its own time, and
    what it means, are `symbol`, `alerted_at` and `intent`.
    """

    hook: str
    number: int
    received_at: datetime
    digest: str
    first_at: datetime
    excerpt: str
    status: DeliveryStatus
    code: str | None = None
    message: str | None = None
    kind: CommandKind | None = None
    signal_id: UUID | None = None
    alert: str | None = None
    commands: str | None = None
    lease_until: datetime | None = None
    symbol: str | None = None
    alerted_at: datetime | None = None
    intent: str | None = None
