"""Hooks and their deliveries, as clients receive them."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from api.graphql.enums import AssetClass
from api.graphql.hooks.enums import DeliveryStatus


@strawberry.type(description="A name of an alert, and what it means to the desk.")
class HookName:
    name: str = strawberry.field(description="As alerts have it.")
    meaning: str = strawberry.field(description="As the desk has it; of a field that means nothing, empty.")


@strawberry.type(description="A text to put into an alert.")
class AlertText:
    title: str = strawberry.field(description="What it is for.")
    text: str = strawberry.field(description="The text; what stands in double braces TradingView fills in.")
    is_json: bool = strawberry.field(description="Whether it is JSON.")


@strawberry.type(description="A door for alerts to one account. Its secret was shown when it was made.")
class Hook:
    name: str = strawberry.field(description="Its name, which stands in its address: /hooks/NAME/SECRET.")
    account: str = strawberry.field(description="The account that its alerts trade on.")
    template: str = strawberry.field(description="How its alerts are read.")
    stop_percent: Decimal | None = strawberry.field(description="The stop of signals that have none, in percent.")
    target1_r: Decimal | None = strawberry.field(description="The target of signals that have none, in R.")
    target1_percent: Decimal | None = strawberry.field(description="The same, in percent.")
    risk_percent: Decimal | None = strawberry.field(description="The size of signals that have none, by their risk.")
    quantity: Decimal | None = strawberry.field(description="The same, as a quantity.")
    asset_class: AssetClass | None = strawberry.field(description="What its symbols are; null: as they show.")
    symbols: list[HookName] = strawberry.field(description="Tickers of alerts, and the desk's symbols for them.")
    fields: list[HookName] = strawberry.field(description="Fields of alerts, and what they are to the template.")
    created_at: datetime = strawberry.field(description="When it was made.")
    revoked_at: datetime | None = strawberry.field(description="When its secret was taken away; null if it was not.")
    delivery_count: int = strawberry.field(description="How many alerts have come.")
    texts: list[AlertText] = strawberry.field(description="Texts to put into alerts.")
    warnings: list[str] = strawberry.field(description="What to know of it.")


@strawberry.type(description="An alert that came to a hook, and what became of it. The newest 10 000 are kept.")
class HookDelivery:
    number: int = strawberry.field(description="The hook's alerts are numbered as they come.")
    received_at: datetime = strawberry.field(description="When it came.")
    status: DeliveryStatus = strawberry.field(description="What became of it.")
    code: str | None = strawberry.field(description="Why, if it was refused.")
    message: str | None = strawberry.field(description="A sentence that says what became of it.")
    command: str | None = strawberry.field(description="The mutation that it was, e.g. executeSignal.")
    signal_id: UUID | None = strawberry.field(description="The id of the signal that it was, if it was one.")
    excerpt: str = strawberry.field(description="Its beginning.")
