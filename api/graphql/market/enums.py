"""The enumerations of market data."""

from api.graphql.enums import describe
from domain.engine.results import InputOutcome

__all__ = ["InputOutcome"]

describe(
    InputOutcome,
    "InputOutcome",
    "Why a bar or quote was not applied.",
    LATE="The symbol's market has moved past it.",
    CONFLICT="A bar of the same symbol, start and end was applied before, with other figures.",
    INVALID="It cannot be right: see the message.",
)
