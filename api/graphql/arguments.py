"""Arguments that several fields take."""

from typing import Annotated

import strawberry

from api.codec.field_names import api_message
from api.errors import Code
from api.graphql.enums import ListOrder
from api.graphql.errors import coded
from domain.validation import Invalid, require_symbol


def argument(description: str) -> object:
    """An argument's description, for `Annotated`."""
    return strawberry.argument(description=description)


AccountName = Annotated[str, argument("The account's name.")]
SessionNumber = Annotated[int | None, argument("The session; default: the current one.")]
First = Annotated[int, argument("How many, 1 to 100.")]
OrderBy = Annotated[ListOrder, argument("In which order.")]
After = Annotated[str | None, argument("The cursor to go on from.")]
Symbols = Annotated[list[str] | None, argument("Only these symbols.")]


def known_notation(symbols: list[str] | None) -> list[str] | None:
    """Symbols that are asked for; refuses what can be none (R6), of which there would be nothing to tell."""
    try:
        for symbol in symbols or ():
            require_symbol(symbol)
    except Invalid as problem:
        raise coded(Code.BAD_USER_INPUT, api_message(problem.message)) from problem
    return symbols
