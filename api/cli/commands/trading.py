"""`papertape signal`, `close` and `amend`: orders for a running server."""

from typing import Annotated
from uuid import UUID

import typer

from api.cli import orders
from api.cli import trading_options as options
from api.cli.options import Account, Token
from api.cli.typed import number


def signal(
    symbol: options.Symbol,
    side: options.Direction,
    quantity: options.Quantity = None,
    risk_percent: options.RiskPercent = None,
    stop: options.Stop = None,
    stop_distance: options.StopDistance = None,
    stop_percent: options.StopPercent = None,
    target: options.Target = None,
    target_r: options.TargetR = None,
    target2: options.Target2 = None,
    target2_r: options.Target2R = None,
    trail: options.Trail = None,
    trail_percent: options.TrailPercent = None,
    trail_activation: options.TrailActivation = None,
    trail_activation_r: options.TrailActivationR = None,
    trail_step: options.TrailStep = None,
    entry: options.HowToEnter = None,
    entry_price: options.EntryPrice = None,
    time_in_force: options.TimeInForce = None,
    good_until: options.GoodUntil = None,
    expires_at: options.ExpiresAt = None,
    market_price: options.MarketPrice = None,
    timestamp: options.Timestamp = None,
    asset_class: options.AssetClass = None,
    campaign: options.Campaign = None,
    note: options.Note = None,
    command_id: options.Id = None,
    account: Account = "default",
    preview: options.Preview = False,
    as_json: options.AsJson = False,
    url: options.Url = options.SERVER,
    token: Token = None,
) -> None:
    """Send a signal to a running server, and show what became of it.

    For example: `papertape signal AAPL long --risk-percent 1 --stop-percent 5 --target-r 2`.
    Exits with 1 if the desk refuses it, and says why; with 2 if it was not understood, or no answer came.
    """
    orders.send_signal(locals())


def close(
    signal_id: options.SignalId = None,
    position_id: Annotated[str | None, typer.Option(help="The id of the position; or give --signal-id.")] = None,
    quantity: Annotated[
        str | None,
        typer.Option(parser=number, metavar="NUMBER", help="How much to close [default: all of it]."),
    ] = None,
    percent: Annotated[
        str | None, typer.Option(parser=number, metavar="NUMBER", help="How much of what is open to close.")
    ] = None,
    market_price: options.MarketPrice = None,
    timestamp: options.Timestamp = None,
    all: Annotated[  # noqa: A002 - the option's name
        bool, typer.Option("--all", help="Close all positions of the account, or those of --symbol.")
    ] = False,
    symbol: Annotated[str | None, typer.Option(help="With --all: only the positions of this symbol.")] = None,
    command_id: options.Id = None,
    account: Account = "default",
    as_json: options.AsJson = False,
    url: options.Url = options.SERVER,
    token: Token = None,
) -> None:
    """Close a position on a running server, a part of it, or all that are open.

    For example: `papertape close --signal-id 5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01 --percent 50`.
    Exits with 1 if the desk refuses it, and says why; with 2 if it was not understood, or no answer came.
    """
    orders.close(locals())


def amend(
    signal_id: Annotated[UUID, typer.Option(help="The id that the signal was sent with.")],
    of_position: options.OfPosition = None,
    stop: options.Stop = None,
    stop_distance: options.StopDistance = None,
    stop_percent: options.StopPercent = None,
    target: options.Target = None,
    target_r: options.TargetR = None,
    target2: options.Target2 = None,
    target2_r: options.Target2R = None,
    trail: options.Trail = None,
    trail_percent: options.TrailPercent = None,
    trail_activation: options.TrailActivation = None,
    trail_activation_r: options.TrailActivationR = None,
    trail_step: options.TrailStep = None,
    quantity: options.Quantity = None,
    risk_percent: options.RiskPercent = None,
    entry_price: options.EntryPrice = None,
    good_until: options.GoodUntil = None,
    expires_at: options.ExpiresAt = None,
    campaign: options.Campaign = None,
    note: options.Note = None,
    timestamp: options.Timestamp = None,
    if_cursor: options.IfCursor = None,
    command_id: options.Id = None,
    account: Account = "default",
    preview: options.Preview = False,
    as_json: options.AsJson = False,
    url: options.Url = options.SERVER,
    token: Token = None,
) -> None:
    """Change an open position, or a signal that waits, on a running server. What is left out stays.

    The word none takes away a stop, a target, a trailing stop, a time, a campaign or a note. For example:
    `papertape amend --signal-id 5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01 --stop 98.5 --target2 none`.
    Exits with 1 if the desk refuses it, and says why; with 2 if it was not understood, or no answer came.
    """
    orders.amend(locals())
