"""Arguments that several fields take."""

from typing import Annotated

import strawberry

from api.graphql.enums import ListOrder


def argument(description: str) -> object:
    """An argument's description, for `Annotated`."""
    return strawberry.argument(description=description)


AccountName = Annotated[str, argument("The account's name.")]
SessionNumber = Annotated[int | None, argument("The session; default: the current one.")]
First = Annotated[int, argument("How many, 1 to 100.")]
OrderBy = Annotated[ListOrder, argument("In which order.")]
After = Annotated[str | None, argument("The cursor to go on from.")]
