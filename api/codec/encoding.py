"""The version of the JSON in which commands and journal entries are stored; each row says its own."""

from api.errors import PapertapeError

ENCODING = 3


class OtherEncoding(PapertapeError):
    """A row that another version of Papertape has written, in JSON that this one does not read."""


def require_encoding(encoding: int, table: str, ordinal: int) -> None:
    """Refuse a row of another encoding. Raises OtherEncoding."""
    if encoding != ENCODING:
        raise OtherEncoding(
            f"{table} {ordinal} has encoding {encoding}; this Papertape reads encoding {ENCODING}: use the version "
            "that wrote it"
        )
