"""Who is told what happens on a running desk: added, shown, removed, tried."""

import sys
from collections.abc import Mapping, Sequence

from rich.table import Table

from api.choices import NotificationEvent
from api.cli.asking import Payload, Screen, say_refusals
from api.cli.desk_tables import WideOrNarrow, outcome_table
from api.cli.running import NOT_DONE, exit_with, say
from api.client import DeskClient

_STATE = """{
  name destination events accounts pending sent failed givenUpSince givenUpReason
  attempts failingSince nextAttempt stopped lastError lastSent
}"""
_ERRORS = "errors { code message field limit actual }"
_ADD = f"""mutation ($input: AddNotificationInput!) {{
  addNotification(input: $input) {{ notification {_STATE} secret {_ERRORS} }}
}}"""
_LIST = f"{{ notifications {_STATE} }}"
_REMOVE = f"""mutation ($input: RemoveNotificationInput!) {{
  removeNotification(input: $input) {{ removed {_ERRORS} }}
}}"""
_TEST = f"""mutation ($input: TestNotificationInput!) {{
  testNotification(input: $input) {{ delivered problem {_ERRORS} }}
}}"""

_STDIN = "-"
_MOST_READ = 10_000


def new_notification(
    name: str, url: str | None, events: Sequence[str], accounts: Sequence[str] | None
) -> dict[str, object]:
    """The input of what is asked for. Ends the program where there is no URL."""
    read = _url_from_stdin() if url == _STDIN else url
    if not read:
        exit_with("where to? Give a URL, - and the URL on standard input, or PAPERTAPE_NOTIFY_URL", NOT_DONE)
    return {
        "name": name,
        "url": read,
        "events": [NotificationEvent(event).name for event in dict.fromkeys(events)],
        "accounts": accounts or None,
    }


def _url_from_stdin() -> str:
    """The one line of standard input. Ends the program where there are more."""
    read = (sys.stdin.readline() if sys.stdin.isatty() else sys.stdin.read(_MOST_READ)).strip()
    if len(read.splitlines()) > 1:
        exit_with("a URL is one line, and on standard input there are more", NOT_DONE)
    return read


async def add(client: DeskClient, fields: Mapping[str, object], *, screen: Screen) -> int:
    """Add a notification, and show the secret that there may be. Raises DeskError."""
    payload = (await client.query(_ADD, {"input": fields}))["addNotification"]
    if payload["errors"]:
        return say_refusals(payload)
    secret = payload["secret"]
    kept = ("Webhooks are signed with that secret; it is not shown again.",) if secret else ()
    rows = [*_rows(payload["notification"]), ("secret", secret)]
    screen.show({"notification": payload["notification"], "secret": secret}, outcome_table(rows), *kept)
    return 0


async def show(client: DeskClient, *, screen: Screen) -> int:
    """Show all notifications. Raises DeskError."""
    states = (await client.query(_LIST, {}))["notifications"]
    screen.show({"notifications": states}, _table(states) if states else "Nobody is told: papertape notify add.")
    return 0


async def remove(client: DeskClient, name: str) -> int:
    """Remove a notification. Raises DeskError."""
    payload = (await client.query(_REMOVE, {"input": {"name": name}}))["removeNotification"]
    if payload["removed"]:
        say(f"{name} is told nothing any more.")
    return say_refusals(payload)


async def test(client: DeskClient, name: str) -> int:
    """Send a test message; 1 if it does not arrive. Raises DeskError."""
    payload = (await client.query(_TEST, {"input": {"name": name}}))["testNotification"]
    if payload["delivered"]:
        say(f"The test has arrived at {name}.")
        return 0
    if payload["problem"]:
        sys.stderr.write(f"papertape: the test did not arrive at {name}: {payload['problem']}\n")
    return say_refusals(payload) or 1


def _table(states: Sequence[Payload]) -> WideOrNarrow:
    table = Table()
    for title in ("name", "to", "events", "accounts"):
        table.add_column(title)
    for title in ("pending", "sent"):
        table.add_column(title, justify="right")
    for title in ("given up", "how it goes"):
        table.add_column(title)
    for state in states:
        table.add_row(*(value or "" for _, value in _rows(state)))
    return WideOrNarrow(table, outcome_table(*(_rows(state) for state in states)))


def _rows(state: Payload) -> list[tuple[str, str | None]]:
    return [
        ("name", state["name"]),
        ("to", state["destination"]),
        ("events", " ".join(NotificationEvent[name].value for name in state["events"])),
        ("accounts", "all" if state["accounts"] is None else " ".join(state["accounts"])),
        ("pending", str(state["pending"])),
        ("sent", str(state["sent"])),
        ("given up", _given_up(state)),
        ("how it goes", _standing(state)),
    ]


def _given_up(state: Payload) -> str:
    since = f" since {state['givenUpSince']}, the last: {state['givenUpReason']}" if state["failed"] else ""
    return f"{state['failed']}{since}"


def _standing(state: Payload) -> str:
    if state["lastError"] is None:
        return "well" if state["lastSent"] else "nothing sent yet"
    if state["stopped"]:
        return f"stopped: {state['lastError']}"
    again = f"; again at {state['nextAttempt']}" if state["nextAttempt"] else ""
    return f"failing since {state['failingSince']}: {state['lastError']}{again}"
