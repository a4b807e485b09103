"""`papertape notify`: who is told what happens on a running server."""

from typing import Annotated

import typer

from api.choices import NotificationEvent
from api.cli.options import Token
from api.cli.trading_options import SERVER, AsJson, Url

notify = typer.Typer(help="Tell people and programs what happens on a running server.")

Name = Annotated[str, typer.Argument(help="What it is called.")]


def _events(text: str) -> str:
    """What is named, tidied. Raises BadParameter."""
    known = [event.value for event in NotificationEvent]
    names = [name.strip().lower() for name in text.split(",")]
    if unknown := [name for name in names if name not in known]:
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(known)}")
    return ",".join(names)


@notify.command("add")
def add_notification(
    name: Name,
    to: Annotated[
        str | None,
        typer.Argument(
            metavar="[URL]",
            help="Where to: https://…, discord://…, mailto://…. What is typed here others may see in the list of "
            "processes: - reads it from standard input.",
            envvar="PAPERTAPE_NOTIFY_URL",
        ),
    ] = None,
    events: Annotated[
        str,
        typer.Option(
            parser=_events,
            metavar="LIST",
            help="What to tell, separated by commas: opened, target1, closed, refused, halted, daily, feed-lost.",
        ),
    ] = "opened,target1,closed,refused,halted,daily,feed-lost",
    account: Annotated[
        list[str] | None, typer.Option(help="Only this account's; may be repeated [default: all].")
    ] = None,
    as_json: AsJson = False,
    url: Url = SERVER,
    token: Token = None,
) -> None:
    """Tell somebody what happens on a running server, from now on.

    For example: `papertape notify add phone - --events opened,closed,halted < url.txt`.
    A URL of https gets signed webhooks, whose secret is shown this once; all others are those of apprise
    (https://appriseit.com), which `pip install 'papertape[notify]'` installs with the server.
    Exits with 1 if the desk refuses it, and says why.
    """
    from api.cli import notifying
    from api.cli.asking import Screen, ask

    fields = notifying.new_notification(name, to, events.split(","), account)
    ask(url, token, lambda client: notifying.add(client, fields, screen=Screen(as_json)))


@notify.command("list")
def list_notifications(as_json: AsJson = False, url: Url = SERVER, token: Token = None) -> None:
    """Show who is told what, how much is pending, and what failed. The URLs are never shown."""
    from api.cli import notifying
    from api.cli.asking import Screen, ask

    ask(url, token, lambda client: notifying.show(client, screen=Screen(as_json)))


@notify.command("remove")
def remove_notification(name: Name, url: Url = SERVER, token: Token = None) -> None:
    """Tell somebody nothing any more, not even what is pending."""
    from api.cli import notifying
    from api.cli.asking import ask

    ask(url, token, lambda client: notifying.remove(client, name))


@notify.command("test")
def try_notification(name: Name, url: Url = SERVER, token: Token = None) -> None:
    """Send a test message at once. Exits with 1 if it does not arrive, and says why.

    If it arrives, what waits for another attempt is sent at once too.
    """
    from api.cli import notifying
    from api.cli.asking import ask

    ask(url, token, lambda client: notifying.test(client, name))
