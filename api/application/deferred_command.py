"""Commands that are completed once the desk is locked."""

from typing import Protocol

from api.persistence.plain_transaction import PlainTransaction
from domain.engine.commands import Command


class DeferredCommand(Protocol):
    """A command that needs more of the past than the desk knows."""

    def complete(self, transaction: PlainTransaction, ordinal: int) -> Command:
        """The command, by all that is recorded up to the newest ordinal."""
