"""What clients send of accounts. Each input makes its command; nonsense raises Invalid."""

from dataclasses import fields
from decimal import Decimal
from uuid import UUID

import strawberry
from strawberry import UNSET

from api.codec.ids import account_id
from api.graphql.accounts.enums import IntrabarPolicy, LimitFill
from api.graphql.input_fields import ACCOUNT, ONCE, command_id, optional, required
from api.zones import require_timezone
from domain.engine.commands import Disable, Enable, Reset, Resume, UpdateSettings
from domain.orders.costs import (
    BasisPointsCommission,
    Commission,
    PercentSlippage,
    PerOrderCommission,
    PerShareCommission,
    PerShareSlippage,
    Slippage,
    VolumeShareSlippage,
)
from domain.portfolio.settings import SettingsChanges


@strawberry.input(description="Slippage in proportion to how much of a bar's volume a fill takes.")
class VolumeShareInput:
    volume_limit: Decimal = optional("The largest share of volume that counts, 0 to 1.", Decimal("0.025"))
    price_impact: Decimal = optional("The factor of the squared share, 0 to 0.5.", Decimal("0.1"))


@strawberry.input(one_of=True, description='How fills slip. For none: percent "0".')
class SlippageInput:
    """Exactly one model."""

    percent: Decimal | None = optional("Percent of the price, 0 to 50.")
    per_share: Decimal | None = optional("A fixed sum in USD per unit.")
    volume_share: VolumeShareInput | None = optional("By share of volume, as in QuantConnect LEAN.")

    def model(self) -> Slippage:
        """The domain's model."""
        if self.volume_share:
            return VolumeShareSlippage(self.volume_share.volume_limit, self.volume_share.price_impact)
        if self.per_share is not UNSET and self.per_share is not None:
            return PerShareSlippage(self.per_share)
        return PercentSlippage(self.percent or Decimal(0))


@strawberry.input(description="Commission by the unit.")
class PerShareCommissionInput:
    rate: Decimal = required("USD per unit.")
    minimum: Decimal | None = optional("The least a fill costs, in USD.", None)
    maximum_percent: Decimal | None = optional("The most a fill costs, in percent of its amount; the cap wins.", None)


@strawberry.input(one_of=True, description='What a fill costs. For nothing: perOrder "0".')
class CommissionInput:
    """Exactly one model."""

    per_share: PerShareCommissionInput | None = optional("By the unit.")
    basis_points: Decimal | None = optional("Hundredths of a percent of a fill's amount.")
    per_order: Decimal | None = optional("A fixed sum in USD per fill.")

    def model(self) -> Commission:
        """The domain's model."""
        if self.per_share:
            per_share = self.per_share
            return PerShareCommission(per_share.rate, per_share.minimum, per_share.maximum_percent)
        if self.basis_points is not UNSET and self.basis_points is not None:
            return BasisPointsCommission(self.basis_points)
        return PerOrderCommission(self.per_order or Decimal(0))


@strawberry.input(description="Settings to change: what is absent keeps its value, null restores the default.")
class SettingsInput:
    """Changes to Settings."""

    starting_capital: Decimal | None = optional(
        "USD, 1 000 to 100 000 000; default 100 000. Takes effect at the first enable and at reset."
    )
    use_realistic_fills: bool | None = optional("Whether fills slip and cost commission; default true.")
    slippage: SlippageInput | None = optional("How fills slip; default percent 0.02.")
    commission: CommissionInput | None = optional("What fills cost; default 0.005 USD per unit.")
    leverage: Decimal | None = optional("Buying power per unit of equity, 0.01 to 50; default 1.")
    max_trade_risk_percent: Decimal | None = optional(
        "The most one trade may risk, in percent of equity, up to 5 000; default 2."
    )
    max_campaign_risk_percent: Decimal | None = optional(
        "The most a campaign may have at risk, in percent of equity, up to 5 000; default 5."
    )
    max_heat_percent: Decimal | None = optional(
        "The most that may be at risk in all, in percent of equity, up to 5 000; default 10."
    )
    max_price_age_seconds: int | None = optional(
        "How old a last price may be for a MARKET entry, and how long before it a signal is late; default 86 400."
    )
    scale_out_percent: Decimal | None = optional("How much exits at target 1, in percent; default 50.")
    break_even_after_target1: bool | None = optional(
        "Whether the stop moves to the entry price after target 1; default false."
    )
    intrabar: IntrabarPolicy | None = optional("Which level inside a bar came first; default PESSIMISTIC.")
    limit_fill: LimitFill | None = optional("What fills limits and targets inside a bar; default TOUCH.")
    max_holding_days: int | None = optional("Days after which a position expires; default none.")
    max_daily_loss_percent: Decimal | None = optional("The day's loss that halts the account; default none.")
    max_drawdown_percent: Decimal | None = optional("The drawdown that halts the account; default none.")
    periods_per_year: int | None = optional(
        "Trading days a year, for annual figures; default 365 where every symbol traded is CRYPTO, else 252."
    )
    timezone: str | None = optional(
        "The IANA zone, e.g. Asia/Tokyo, whose days and months are the account's; default UTC. Takes effect at the "
        "first enable and at reset."
    )

    def changes(self) -> SettingsChanges:
        """The changes by field. Raises Invalid."""
        if self.timezone is not UNSET and self.timezone is not None:
            require_timezone(self.timezone)
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        given = {name: value for name, value in values.items() if value is not UNSET}
        return {name: _model(value) for name, value in given.items()}


def _changes(settings: SettingsInput | None) -> SettingsChanges | None:
    return settings.changes() if settings else None


def _model(value: object) -> object:
    return value.model() if isinstance(value, SlippageInput | CommissionInput) else value


@strawberry.input(description="Create an account, or turn a disabled one on.")
class EnableInput:
    account: str = optional(ACCOUNT, "default")
    settings: SettingsInput | None = optional("Settings that differ from the defaults.", None)

    def command(self) -> Enable:
        """The command. Raises Invalid."""
        return Enable(self.account, account_id(self.account), _changes(self.settings))


@strawberry.input(description="Turn an account off: cancel what works, close everything, refuse new signals.")
class DisableInput:
    account: str = optional(ACCOUNT, "default")

    def command(self) -> Disable:
        """The command."""
        return Disable(self.account)


@strawberry.input(description="End the session and start the next with fresh capital.")
class ResetInput:
    account: str = optional(ACCOUNT, "default")
    id: UUID | None = optional(ONCE, None)
    settings: SettingsInput | None = optional("Settings for the new session.", None)
    session: int | None = optional(
        "The session to end: if it has ended already, nothing happens and the answer is the same.", None
    )

    def command(self) -> Reset:
        """The command. Raises Invalid."""
        once = command_id(self.account, self.id)
        return Reset(self.account, _changes(self.settings), self.session, once)


@strawberry.input(description="Change settings from here on.")
class UpdateSettingsInput:
    settings: SettingsInput = required("What to change.")
    account: str = optional(ACCOUNT, "default")
    id: UUID | None = optional(ONCE, None)

    def command(self) -> UpdateSettings:
        """The command. Raises Invalid."""
        return UpdateSettings(self.account, self.settings.changes(), command_id(self.account, self.id))


@strawberry.input(description="Lift a halt; daily loss and drawdown are measured from here on.")
class ResumeInput:
    account: str = optional(ACCOUNT, "default")
    id: UUID | None = optional(ONCE, None)

    def command(self) -> Resume:
        """The command."""
        return Resume(self.account, command_id(self.account, self.id))
