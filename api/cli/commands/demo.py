"""`papertape demo`."""

from pathlib import Path
from typing import Annotated

import typer

from api.choices import ClockKind
from api.cli.options import AllocatorName, AllowedHosts, Format, Host, Port, Token, TrustedProxy
from api.cli.running import run, server_settings


def demo(
    host: Host = None,
    port: Port = None,
    log_format: Format = None,
    token: Token = None,
    allowed_hosts: AllowedHosts = None,
    trusted_proxy: TrustedProxy = None,
    allocator: AllocatorName = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start with a new file; the old one is kept.")] = False,
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="Bars per second.")] = 2,
) -> None:
    """Serve a desk on real daily bars, with a published breakout strategy trading on it, long and short.

    It runs on the market's clock, so that a signal of yours without a timestamp fills at the price of the moment.
    Stop it and start it again: it goes on where it was. Its database is papertape-demo.sqlite3 in the current folder.
    """
    from api.cli import demo

    database = demo.demo_database(Path.cwd(), fresh=fresh)
    settings = server_settings(
        host=host,
        port=port,
        log_format=log_format,
        token=token,
        allowed_hosts=allowed_hosts,
        trusted_proxy=trusted_proxy,
        allocator=allocator,
        database_url=f"sqlite:///{database}",
        broadcast_url="memory://",
        clock=ClockKind.MARKET,
    )
    run(settings, lambda: demo.serve_demo(settings, bars_per_second=speed))
