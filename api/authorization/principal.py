"""Principals, and the scopes that say what they may do."""

from dataclasses import dataclass
from enum import Enum

from api.errors import Forbidden


class Scope(Enum):
    """What a principal may do."""

    READ = "read"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, by a name for logs, and what they may do."""

    name: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """Whether the principal has a scope."""
        return scope in self.scopes

    def require(self, scope: Scope) -> None:
        """Raises Forbidden."""
        if not self.may(scope):
            raise Forbidden(f"{self.name} may not {scope.value}")


OPERATOR = Principal("the operator", frozenset(Scope))
"""Who holds the server's token, reaches a server that asks for none, or runs commands beside the database."""
