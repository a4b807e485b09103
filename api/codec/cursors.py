"""Cursors: opaque to clients, checked by us. Fixed-width, so that those of one account compare as text."""

import re
from dataclasses import dataclass
from enum import Enum
from uuid import UUID
from zlib import crc32

from api.errors import PapertapeError

_EVENT = re.compile(r"e([0-9a-f]{16})([0-9a-f]{16})([0-9a-f]{8})")
_PAGE = re.compile(r"([abdhjkpstw])([0-9a-f]{16})([0-9a-f]{8})([0-9a-f]{16})([0-9a-f]{8})")


class BadCursor(PapertapeError, ValueError):
    """A cursor that this desk did not give, or not for this."""


class Listing(Enum):
    """What a page cursor pages through."""

    ACCOUNTS = "a"
    ACCOUNT_EVENTS = "h"
    ACTIVITY = "j"
    BACKTESTS = "b"
    BARS = "k"
    HOOK_DELIVERIES = "d"
    POSITIONS = "p"
    SESSIONS = "w"
    SIGNALS = "s"
    TRADES = "t"


@dataclass(frozen=True, slots=True)
class CursorScope:
    """What a page cursor is bound to: a list, of an account, of a session."""

    listing: Listing
    account_id: UUID
    session: int

    def cursor(self, place: int) -> str:
        """The cursor of the item at a place."""
        return _sealed(f"{self.listing.value}{_tag(self.account_id)}{self.session:08x}{place:016x}")

    @property
    def _last_place(self) -> int:
        """The largest number that the database can compare a place with."""
        return 2**31 - 1 if self.listing is Listing.SESSIONS else 2**63 - 1

    def place(self, cursor: str) -> int:
        """The place that a cursor of this list names. Raises BadCursor."""
        match = _PAGE.fullmatch(cursor)
        if match is None or not _is_sealed(cursor) or int(match[4], 16) > self._last_place:
            raise BadCursor("`after` is not a cursor of this desk: take it from pageInfo.endCursor or an edge")
        listing, tag, session, place, _ = match.groups()
        if (listing, tag, int(session, 16)) != (self.listing.value, _tag(self.account_id), self.session):
            raise BadCursor("`after` is a cursor of another list, account or session")
        return int(place, 16)


def event_cursor(account_id: UUID, seq: int) -> str:
    """The cursor of an account's journal event; a subscription continues after it."""
    return _sealed(f"e{_tag(account_id)}{seq:016x}")


def event_seq(account_id: UUID, cursor: str) -> int:
    """The journal event that a cursor of this account names. Raises BadCursor."""
    match = _EVENT.fullmatch(cursor)
    if match is None or not _is_sealed(cursor):
        raise BadCursor("`after` is not a cursor of this desk: take it from an event, or from account.cursor")
    if match[1] != _tag(account_id):
        raise BadCursor("`after` is a cursor of another account")
    return int(match[2], 16)


def notice_cursor(number: int) -> str:
    """What identifies a notice, which stands in no journal."""
    return _sealed(f"n{number:016x}")


def _tag(account_id: UUID) -> str:
    return account_id.hex[:16]


def _sealed(text: str) -> str:
    return f"{text}{crc32(text.encode()):08x}"


def _is_sealed(cursor: str) -> bool:
    return _sealed(cursor[:-8]) == cursor
