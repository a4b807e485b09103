"""Arguments that several fields take."""

from typing import Annotated

import strawberry

AccountName = Annotated[str, strawberry.argument(description="The account's name.")]
SessionNumber = Annotated[int | None, strawberry.argument(description="The session; default: the current one.")]
First = Annotated[int, strawberry.argument(description="How many, 1 to 100.")]
After = Annotated[str | None, strawberry.argument(description="The cursor to go on from.")]
