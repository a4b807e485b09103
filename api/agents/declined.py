"""Calls of tools that are not carried out, and why, beside what the desk itself refuses."""

from enum import StrEnum

from api.errors import PapertapeError


class DeclinedCode(StrEnum):
    """What kind of thing was wrong with a call of a tool."""

    UNKNOWN_TOOL = "UNKNOWN_TOOL"
    NOT_ALLOWED = "NOT_ALLOWED"
    INVALID_ARGUMENTS = "INVALID_ARGUMENTS"
    ACCOUNT_NOT_FOUND = "ACCOUNT_NOT_FOUND"
    SESSION_NOT_FOUND = "SESSION_NOT_FOUND"
    SIGNAL_NOT_FOUND = "SIGNAL_NOT_FOUND"
    NOT_PREVIEWED = "NOT_PREVIEWED"
    PREVIEW_EXPIRED = "PREVIEW_EXPIRED"
    DESK_REFUSED = "DESK_REFUSED"
    DESK_UNREACHABLE = "DESK_UNREACHABLE"
    OUTCOME_OPEN = "OUTCOME_OPEN"
    INTERNAL = "INTERNAL"


class Declined(PapertapeError):
    """A call that is not carried out, or whose outcome is not known: the sentence says what would be right."""

    def __init__(self, code: DeclinedCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
