"""What clients send of hooks; nonsense raises Invalid."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import strawberry

from api.application.hooks import NewHook
from api.codec.hooks import HookDefaults
from api.graphql.enums import AssetClass
from api.graphql.input_fields import ACCOUNT, optional, record_from_input, required
from domain.validation import Invalid


@strawberry.input(description="A name of alerts, and what it means to the desk.")
class HookNameInput:
    name: str = required("As alerts have it.")
    meaning: str = required("As the desk has it; of a field that means nothing, empty.")


@strawberry.input(description="Make a door for alerts.")
class CreateHookInput:
    name: str = required("1 to 64 letters, digits, dots, hyphens, underscores; that of a revoked hook is free again.")
    account: str = optional(ACCOUNT, "default")
    template: str = optional("How its alerts are read: tradingview, json, text.", "tradingview")
    stop_percent: Decimal | None = optional("The stop of signals that have none, in percent of the fill's price.", None)
    target1_r: Decimal | None = optional("The target of signals that have none, as a multiple of fill - stop.", None)
    target1_percent: Decimal | None = optional("The same, in percent of the price; instead of target1R.", None)
    risk_percent: Decimal | None = optional("The size of signals that have none, in percent of equity at risk.", None)
    quantity: Decimal | None = optional("The same, as a quantity; instead of riskPercent.", None)
    asset_class: AssetClass | None = optional("What its symbols are; default: as they show, else STOCK.", None)
    symbols: list[HookNameInput] | None = optional("Tickers of alerts, and the desk's symbols for them.", None)
    fields: list[HookNameInput] | None = optional("Fields of alerts, and what they are to the template.", None)

    def wanted(self) -> NewHook:
        """The hook that is wanted. Raises Invalid."""
        symbols, fields = _names("symbols", self.symbols), _names("fields", self.fields)
        defaults = record_from_input(HookDefaults, self, symbols=symbols, fields=fields)
        return NewHook(self.name, self.account, self.template, defaults)


@strawberry.input(description="Take a hook's secret away.")
class RevokeHookInput:
    name: str = required("The hook's name.")


def _names(field: str, given: Sequence[HookNameInput] | None) -> Mapping[str, str]:
    names = {item.name: item.meaning for item in given or ()}
    if len(names) < len(given or ()):
        raise Invalid(f"`{field}` has a name twice", field)
    return names
