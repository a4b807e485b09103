"""GraphQL errors: a code on every one, and no internals in any.

Domain refusals are data and never pass through here. What does: malformed requests, authorization, and our own
faults. A resolver raises `coded(...)` for the first two; whatever else escapes it is a fault, which is logged with
its traceback and reaches the client as "Internal error".
"""

from collections.abc import Iterable

import structlog
from graphql import GraphQLError, GraphQLFormattedError, GraphQLSyntaxError, Node

from api.errors import Code, PapertapeError

log = structlog.get_logger(__name__)

MOST_ERRORS = 10
"""How many of a document's errors, or of the values that do not fit, are reported at once."""

LONGEST_MESSAGE = 1_000
MOST_LOCATIONS = 10


class StreamClosed(PapertapeError):
    """Raised by a subscription's source to end it with a reason: the client gets `code` and `message`."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.extensions = {"code": str(code)}


def coded(code: Code, message: str, nodes: Node | None = None) -> GraphQLError:
    """An error for the client to read, e.g. `raise coded(Code.BAD_USER_INPUT, "`first` must be from 1 to 100.")`."""
    return GraphQLError(message, nodes=nodes, extensions={"code": str(code)})


def present(errors: Iterable[GraphQLError], *, otherwise: Code = Code.BAD_USER_INPUT) -> list[GraphQLFormattedError]:
    """The errors as a client may see them; those that are our fault are logged here and masked.

    `otherwise` is the code of what the client got wrong where nothing more exact is known.
    """
    return [_present(error, otherwise) for error in errors]


def _present(error: GraphQLError, otherwise: Code) -> GraphQLFormattedError:
    if error.extensions and "code" in error.extensions:
        return _short(error.formatted)
    code = _code(error, otherwise)
    if code is Code.INTERNAL:
        return _masked(error)
    return _short({**error.formatted, "extensions": {"code": str(code)}})


def _short(error: GraphQLFormattedError) -> GraphQLFormattedError:
    """The error without most of what it repeats of a request: messages quote values, and name every place."""
    message, locations = error["message"], error.get("locations", [])
    if len(message) > LONGEST_MESSAGE:
        error["message"] = f"{message[:LONGEST_MESSAGE]}…"
    if len(locations) > MOST_LOCATIONS:
        error["locations"] = locations[:MOST_LOCATIONS]
    return error


def _code(error: GraphQLError, otherwise: Code) -> Code:
    origin = origin_of(error)
    if isinstance(origin, GraphQLSyntaxError):
        return Code.GRAPHQL_PARSE_FAILED
    if not isinstance(origin, GraphQLError):
        return Code.INTERNAL
    # graphql-core gives a place in the document to what the client got wrong in an argument; an error in a field
    # that was born without one comes from a resolver, or from a value that could not be serialized.
    return Code.INTERNAL if error.path and not origin.nodes else otherwise


def origin_of(error: GraphQLError) -> Exception:
    """What was raised, however often it was wrapped."""
    origin: Exception = error
    while isinstance(origin, GraphQLError) and origin.original_error is not None:
        origin = origin.original_error
    return origin


def _masked(error: GraphQLError) -> GraphQLFormattedError:
    origin = origin_of(error)
    log.error("fault in a resolver", path=error.path, exc_info=origin)
    masked: GraphQLFormattedError = {"message": "Internal error", "extensions": {"code": str(Code.INTERNAL)}}
    if error.locations:
        masked["locations"] = [location.formatted for location in error.locations]
    if error.path:
        masked["path"] = error.path
    return masked
