"""The enumerations of market data."""

from api.graphql.enums import describe
from domain.engine.results import InputOutcome, RejectionCode

__all__ = ["InputOutcome", "RejectionCode"]

describe(
    InputOutcome,
    "InputOutcome",
    "Why a bar or quote was not applied.",
    LATE="The symbol's market has moved past it.",
    CONFLICT="A bar of the same symbol, start and end was applied before, with other figures.",
    INVALID="It cannot be right: see the message.",
)
describe(
    RejectionCode,
    "RejectionCode",
    "Why exactly a bar or quote was not applied.",
    LATE="The symbol's market has moved past it.",
    CONFLICT="A bar of the same symbol, start and end was applied before, with other figures.",
    INVALID_INPUT="It cannot mean anything.",
    IN_THE_FUTURE="It ends more than a minute after now: it can be sent again later.",
    OUT_OF_RANGE="At these prices an account would be worth more than the desk can hold.",
)
