"""`papertape positions` and `papertape account`: what a running server says of an account."""

from typing import Annotated

import typer

from api.cli.options import Account, Token
from api.cli.trading_options import SERVER, AsJson, Url


def positions(
    everything: Annotated[bool, typer.Option("--all", help="Those that are closed, too, of this session.")] = False,
    symbol: Annotated[list[str] | None, typer.Option(help="Only this symbol; may be repeated.")] = None,
    account: Account = "default",
    as_json: AsJson = False,
    url: Url = SERVER,
    token: Token = None,
) -> None:
    """Show an account's open positions on a running server, the newest first.

    For example: `papertape positions --symbol AAPL --json`
    """
    chosen = {"open": None if everything else True, "symbols": symbol or None}
    from api.cli import trading
    from api.cli.asking import Screen, ask

    ask(url, token, lambda client: trading.show_positions(client, account, chosen, screen=Screen(as_json)))


def account(
    account: Account = "default",
    as_json: AsJson = False,
    url: Url = SERVER,
    token: Token = None,
) -> None:
    """Show an account's equity, buying power, profit and loss, and trades on a running server.

    For example: `papertape account --account breakout`
    """
    from api.cli import trading
    from api.cli.asking import Screen, ask

    ask(url, token, lambda client: trading.show_account(client, account, screen=Screen(as_json)))
