"""`papertape hook create`, `list`, `revoke` and `deliveries`: doors for alerts on a running server."""

from typing import Annotated

import typer

from api.choices import TradedAs
from api.cli.options import Account, Token
from api.cli.trading_options import SERVER, AsJson, Url
from api.cli.typed import number, pair

hook = typer.Typer(help="Doors for alerts, of TradingView and others: make, list and revoke them, and see what came.")

Name = Annotated[str, typer.Argument(help="The hook's name.")]


Template = Annotated[str, typer.Option(help="How its alerts are read: tradingview, json, text.")]
StopPercent = Annotated[
    str | None,
    typer.Option(parser=number, metavar="NUMBER", help="The stop of alerts without one, in percent of the fill."),
]
TargetR = Annotated[
    str | None, typer.Option(parser=number, metavar="NUMBER", help="The target of alerts without one, in R.")
]
TargetPercent = Annotated[
    str | None, typer.Option(parser=number, metavar="NUMBER", help="The same, in percent of the price.")
]
RiskPercent = Annotated[
    str | None, typer.Option(parser=number, metavar="NUMBER", help="The size of alerts without one, by their risk.")
]
Quantity = Annotated[str | None, typer.Option(parser=number, metavar="NUMBER", help="The same, as a quantity.")]
AssetClass = Annotated[
    TradedAs | None,
    typer.Option(help="What its symbols are [default: as each ticker shows, else stock].", case_sensitive=False),
]
Symbols = Annotated[
    list[str] | None,
    typer.Option(parser=pair, metavar="FROM=TO", help="A ticker of alerts, and your symbol; may be repeated."),
]
Fields = Annotated[
    list[str] | None,
    typer.Option(
        parser=pair, metavar="FROM=TO", help="A field of alerts, and what it is, or nothing; may be repeated."
    ),
]


@hook.command("create")
def create_hook(
    name: Name,
    template: Template = "tradingview",
    stop_percent: StopPercent = None,
    target_r: TargetR = None,
    target_percent: TargetPercent = None,
    risk_percent: RiskPercent = None,
    quantity: Quantity = None,
    asset_class: AssetClass = None,
    symbol: Symbols = None,
    field: Fields = None,
    account: Account = "default",
    as_json: AsJson = False,
    url: Url = SERVER,
    token: Token = None,
) -> None:
    """Make a door for alerts, and show its address, whose secret is shown this once.

    For example: `papertape hook create breakouts --risk-percent 1 --stop-percent 5 --target-r 2`.
    Exits with 1 if the desk refuses it, and says why; with 2 if it was not understood, or no answer came.
    """
    from api.cli import hooks
    from api.cli.asking import Screen, ask

    wanted = hooks.wanted(locals())
    ask(url, token, lambda client: hooks.create(client, wanted, url=url, screen=Screen(as_json)))


@hook.command("list")
def list_hooks(as_json: AsJson = False, url: Url = SERVER, token: Token = None) -> None:
    """Show all hooks, the revoked ones too, and how many alerts came."""
    from api.cli import hooks
    from api.cli.asking import Screen, ask

    ask(url, token, lambda client: hooks.show_all(client, screen=Screen(as_json)))


@hook.command("revoke")
def revoke_hook(name: Name, as_json: AsJson = False, url: Url = SERVER, token: Token = None) -> None:
    """Take a hook's secret away: alerts that come to it are turned away from now on.

    A hook of the same name can be made again, with a new secret.
    """
    from api.cli import hooks
    from api.cli.asking import Screen, ask

    ask(url, token, lambda client: hooks.revoke(client, name, screen=Screen(as_json)))


@hook.command("deliveries")
def hook_deliveries(
    name: Name,
    first: Annotated[int, typer.Option(min=1, max=100, help="How many, the newest first.")] = 20,
    as_json: AsJson = False,
    url: Url = SERVER,
    token: Token = None,
) -> None:
    """Show the alerts that came to a hook, the newest first, and what became of each."""
    from api.cli import hooks
    from api.cli.asking import Screen, ask

    ask(url, token, lambda client: hooks.show_deliveries(client, name, first, screen=Screen(as_json)))
