"""What an account may choose about its desk: capital, costs, limits, policies. Every default is a rule's default."""

from collections.abc import Mapping
from dataclasses import field, fields
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from domain.calendar import UTC_ZONE, require_zone_name
from domain.durations import DAY_IN_SECONDS
from domain.money import HUNDRED, SMALLEST, ZERO
from domain.orders.costs import (
    NO_COMMISSION,
    NO_SLIPPAGE,
    Commission,
    PercentSlippage,
    PerShareCommission,
    Pricing,
    Slippage,
)
from domain.records import dataclass, replace
from domain.validation import require, require_between

_YEARS_OF_DAYS = 36_500
_LARGEST_RISK_PERCENT = Decimal(5_000)
_LARGEST_AGE = 10 * 366 * DAY_IN_SECONDS


def _require_whole(name: str, value: int, low: int, high: int) -> None:
    require(low <= value <= high, f"`{name}` must be from {low} to {high}, not {value}", name)


class IntrabarPolicy(Enum):
    """Which of two levels inside one bar is taken to have come first (R23, R24)."""

    PESSIMISTIC = "PESSIMISTIC"
    OPTIMISTIC = "OPTIMISTIC"

    @property
    def other(self) -> "IntrabarPolicy":
        """The opposite assumption."""
        return IntrabarPolicy.OPTIMISTIC if self is IntrabarPolicy.PESSIMISTIC else IntrabarPolicy.PESSIMISTIC


class LimitFill(Enum):
    """What it takes for a limit inside a bar to fill (R49)."""

    TOUCH = "TOUCH"
    THROUGH = "THROUGH"

    def fills(self, beyond: Decimal) -> bool:
        """Whether a limit fills that prices went so far beyond: nothing where it was touched, less where it was not."""
        return beyond > ZERO or (self is LimitFill.TOUCH and beyond == ZERO)


@dataclass(frozen=True, slots=True)
class Settings:
    """An account's settings. Percents are of equity (limits) or of quantity (scale-out); None means no such limit.

    `periods_per_year` of None follows from what was traded (R38); `timezone` is a zone's IANA name.
    """

    starting_capital: Decimal = Decimal(100_000)
    use_realistic_fills: bool = True
    slippage: Slippage = field(default_factory=PercentSlippage)
    commission: Commission = field(default_factory=PerShareCommission)
    leverage: Decimal = Decimal(1)
    max_trade_risk_percent: Decimal = Decimal(2)
    max_campaign_risk_percent: Decimal = Decimal(5)
    max_heat_percent: Decimal = Decimal(10)
    max_price_age_seconds: int = DAY_IN_SECONDS
    scale_out_percent: Decimal = Decimal(50)
    break_even_after_target1: bool = False
    intrabar: IntrabarPolicy = IntrabarPolicy.PESSIMISTIC
    limit_fill: LimitFill = LimitFill.TOUCH
    max_holding_days: int | None = None
    max_daily_loss_percent: Decimal | None = None
    max_drawdown_percent: Decimal | None = None
    periods_per_year: int | None = None
    timezone: str = UTC_ZONE.name

    def __post_init__(self) -> None:
        require_between("starting_capital", self.starting_capital, Decimal(1_000), Decimal(100_000_000))
        require_between("leverage", self.leverage, Decimal("0.01"), Decimal(50))
        for name in ("max_trade_risk_percent", "max_campaign_risk_percent", "max_heat_percent"):
            require_between(name, getattr(self, name), SMALLEST, _LARGEST_RISK_PERCENT)
        for name in ("max_daily_loss_percent", "max_drawdown_percent"):
            if (limit := getattr(self, name)) is not None:
                require_between(name, limit, SMALLEST, HUNDRED)
        require_between("scale_out_percent", self.scale_out_percent, ZERO, HUNDRED)
        _require_whole("max_price_age_seconds", self.max_price_age_seconds, 0, _LARGEST_AGE)
        require_zone_name("timezone", self.timezone)
        if self.periods_per_year is not None:
            _require_whole("periods_per_year", self.periods_per_year, 1, 1_000_000)
        if self.max_holding_days is not None:
            _require_whole("max_holding_days", self.max_holding_days, 1, _YEARS_OF_DAYS)

    @property
    def pricing(self) -> Pricing:
        """The costs in force (R12)."""
        if self.use_realistic_fills:
            return Pricing(self.slippage, self.commission)
        return Pricing(NO_SLIPPAGE, NO_COMMISSION)

    @property
    def max_price_age(self) -> timedelta:
        """How old a last price may be for an entry at once, and how far before it no signal may be dated (R15)."""
        return timedelta(seconds=self.max_price_age_seconds)

    def changed(self, changes: "SettingsChanges") -> "Settings":
        """These settings with `changes` made."""
        values: dict[str, Any] = {name: _value(name, value) for name, value in changes.items()}
        return replace(self, **values)


SettingsChanges = Mapping[str, object]
"""Changes by field name: what is absent keeps its value, None restores the default."""

_DEFAULTS = Settings()
SETTING_NAMES = tuple(field.name for field in fields(Settings))


def _value(name: str, value: object) -> object:
    return getattr(_DEFAULTS, name) if value is None else value
