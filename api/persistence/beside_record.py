"""How what is kept beside the record is written: durably, by the one way to commit, and never as a part of history."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from api.persistence.plain_transaction import PlainTransaction
from api.persistence.write_ahead_log import mark_state

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def write_beside(
    transaction: PlainTransaction,
    question: Callable[Concatenate[Connection, Arguments], Answer],
    *arguments: Arguments.args,
    **options: Arguments.kwargs,
) -> Answer:
    """What a function of api.persistence answers that changes what is kept beside the record, once that is durable.

    Raises what a transaction does.
    """
    answer = transaction.ask(question, *arguments, **options)
    transaction.ask(mark_state)
    transaction.commit()
    return answer
