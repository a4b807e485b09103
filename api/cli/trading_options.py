"""The options of the commands that speak to a running desk."""

from typing import Annotated
from uuid import UUID

import typer

from api.choices import Entry, Side, TradedAs, Waiting
from api.cli.typed import number, number_or_none, time, time_or_none

SERVER = "http://127.0.0.1:8000/graphql"
"""Where a server is unless it was told otherwise."""

Url = Annotated[str, typer.Option(help="The server.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as one JSON document, in the API's words.")]
Preview = Annotated[bool, typer.Option("--preview", help="Show what the desk would decide; nothing is done.")]
Id = Annotated[
    UUID | None, typer.Option("--id", help="Sent again with the same id, it happens once [default: a new one].")
]
SignalId = Annotated[UUID | None, typer.Option(help="The id of the signal that opened the position.")]
OfPosition = Annotated[
    bool | None,
    typer.Option("--position/--signal", help="Amend what [default: the position if it is open, else the signal]."),
]
IfCursor = Annotated[
    str | None, typer.Option(help="Only if it is as it was there: the cursor of papertape account, or of an event.")
]
MarketPrice = Annotated[
    str | None,
    typer.Option(parser=number, metavar="PRICE", help="The price you see now; counts unless the desk has a later one."),
]
Timestamp = Annotated[
    str | None, typer.Option(parser=time, metavar="TIME", help="Its market time, with its offset [default: now].")
]

Symbol = Annotated[str, typer.Argument(help="The ticker, e.g. AAPL or EURUSD; capitals.")]
Direction = Annotated[Side, typer.Argument(help="Which way it earns.", case_sensitive=False)]
AssetClass = Annotated[TradedAs | None, typer.Option(help="What the symbol is [default: stock].", case_sensitive=False)]
HowToEnter = Annotated[Entry | None, typer.Option(help="How to enter [default: market].", case_sensitive=False)]
TimeInForce = Annotated[
    Waiting | None, typer.Option(help="How long it may wait [default: gtd with --good-until, else gtc].")
]

Quantity = Annotated[str | None, typer.Option(parser=number, metavar="NUMBER", help="How much.")]
RiskPercent = Annotated[
    str | None, typer.Option(parser=number, metavar="NUMBER", help="Size so that this percent of equity is at risk.")
]
EntryPrice = Annotated[
    str | None, typer.Option(parser=number, metavar="PRICE", help="Where a limit or stop entry fills.")
]
Stop = Annotated[
    str | None, typer.Option(parser=number_or_none, metavar="PRICE", help="Where the position is given up.")
]
StopDistance = Annotated[
    str | None, typer.Option(parser=number_or_none, metavar="NUMBER", help="The stop, so far from the fill.")
]
StopPercent = Annotated[
    str | None, typer.Option(parser=number_or_none, metavar="NUMBER", help="The same, in percent of the fill.")
]
Target = Annotated[
    str | None,
    typer.Option(parser=number_or_none, metavar="PRICE", help="Where part of it, or all, takes profit."),
]
TargetR = Annotated[
    str | None,
    typer.Option(parser=number_or_none, metavar="NUMBER", help="The same, as a multiple of the risk at the fill."),
]
Target2 = Annotated[
    str | None, typer.Option(parser=number_or_none, metavar="PRICE", help="Where the rest takes profit.")
]
Target2R = Annotated[
    str | None,
    typer.Option(parser=number_or_none, metavar="NUMBER", help="The same, as a multiple of the risk at the fill."),
]
Trail = Annotated[
    str | None,
    typer.Option(
        parser=number_or_none, metavar="NUMBER", help="A stop that follows the price, so far behind the best."
    ),
]
TrailPercent = Annotated[
    str | None, typer.Option(parser=number, metavar="NUMBER", help="The same, in percent of the fill.")
]
TrailActivation = Annotated[
    str | None, typer.Option(parser=number, metavar="PRICE", help="From which price on it follows [default: at once].")
]
TrailActivationR = Annotated[
    str | None, typer.Option(parser=number, metavar="NUMBER", help="The same, as a multiple of the risk at the fill.")
]
TrailStep = Annotated[
    str | None, typer.Option(parser=number, metavar="NUMBER", help="By how much it moves at least [default: by any].")
]
GoodUntil = Annotated[
    str | None,
    typer.Option(parser=time_or_none, metavar="TIME", help="When it expires, if it waits; with its offset."),
]
ExpiresAt = Annotated[
    str | None,
    typer.Option(parser=time_or_none, metavar="TIME", help="When the position is closed at the latest."),
]
Campaign = Annotated[str | None, typer.Option(metavar="NAME", help="Signals of a campaign share a risk limit.")]
Note = Annotated[str | None, typer.Option(metavar="TEXT", help="For your records: up to 500 characters.")]
