"""Ids. An account's follows from its name and a signal's from its account's name and the client's id, so that
knowing the one is knowing the other, on every process and in every run."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid5

from api.errors import PapertapeError

_DESK = UUID("6f0d8c6e-6f1b-5c57-9c3c-0d5a3f1a7b21")
_HOOKS = UUID("9f3b1d52-0c1e-5f6a-8d6b-2b7f4c9e1a35")
_TRADES = UUID("1f7c1d0a-4a52-5a0e-8a3c-6a1d5e7b9c44")

_RECENT = 4_096
_SESSION_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class BadId(PapertapeError, ValueError):
    """An id that this desk did not give."""


@lru_cache(_RECENT)
def account_id(name: str) -> UUID:
    """The id of the account with this name."""
    return uuid5(_DESK, name)


def signal_key(account: str, signal_id: UUID) -> UUID:
    """The desk's id for a client's signal; its position and its trade share it."""
    return key_of_signal(account_id(account), signal_id)


@lru_cache(_RECENT)
def key_of_signal(account: UUID, signal_id: UUID) -> UUID:
    """The same, by the account's id; asked of each new signal several times."""
    return uuid5(account, str(signal_id))


def hook_id(name: str) -> UUID:
    """The id of a hook with this name."""
    return uuid5(_HOOKS, name)


def alert_id(hook: str, digest: str, first: datetime | None) -> UUID:
    """The client's id of what an alert asks for, from its hook and its body, which came first at a time if it has none
    of its own: it stands in the command as a client's would."""
    return uuid5(hook_id(hook), digest if first is None else f"{digest} {first.isoformat()}")


def trade_ids(contents: Sequence[str]) -> list[UUID]:
    """An id for each of a backtest's trades, from its content; of several alike, each has its own."""
    seen: Counter[str] = Counter()
    ids = []
    for content in contents:
        ids.append(uuid5(_TRADES, f"{seen[content]} {content}"))
        seen[content] += 1
    return ids


def node_id(kind: str, key: object) -> str:
    """The node id of a thing: its type and its key."""
    return f"{kind}_{key}"


def parse_node_id(text: str) -> tuple[str, str]:
    """The type and the key of a node id. Raises BadId."""
    kind, separator, key = text.partition("_")
    if not separator or not key or len(text) > 100:
        raise BadId("that is not an id of this desk")
    return kind, key


def parse_uuid_node(text: str, kind: str) -> UUID:
    """The key of a node id of a given type. Raises BadId."""
    prefix, key = parse_node_id(text)
    if prefix != kind:
        raise BadId(f"that is not the id of a {kind}")
    return parse_key(key)


def node_key(text: str, kind: str) -> UUID | None:
    """The key of a node id of a given type; None for a text that is none."""
    try:
        return parse_uuid_node(text, kind)
    except BadId:
        return None


def parse_session_key(key: str) -> tuple[UUID, int]:
    """The account's id and the number in a session's key. Raises BadId."""
    account, _, number = key.partition(":")
    if _SESSION_NUMBER.fullmatch(number) is None:
        raise BadId("that is not the key of a session")
    return parse_key(account), int(number)


def parse_key(key: str) -> UUID:
    """A UUID in the one spelling that node ids have. Raises BadId."""
    try:
        if str(parsed := UUID(key)) == key:
            return parsed
    except ValueError:
        pass
    raise BadId("that is not a key of this desk")
