"""What clients ask for: the parameters of a request, read and checked for their kinds."""

from typing import Any

from api.errors import Code
from api.graphql.errors import coded
from api.graphql.execution.responses import OperationRejected, rejected
from api.graphql.execution.variables import LONGEST_NAME
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """What a client sent: a query text, the values of its variables, and the name of the operation to run."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None


def read_request(data: object) -> OperationRequest:
    """The GraphQL parameters of a decoded JSON body. Raises `OperationRejected`, which says what is wrong."""
    if isinstance(data, list):
        raise _bad_request("Batches are not supported: send one operation a request.")
    if not isinstance(data, dict):
        raise _bad_request("The request must be a JSON object with a `query`.")
    query, variables, name = data.get("query"), data.get("variables"), data.get("operationName")
    if not isinstance(query, str):
        raise _bad_request("`query` must be a string with a GraphQL document.")
    if variables is not None and not isinstance(variables, dict):
        raise _bad_request("`variables` must be an object or null.")
    if name is not None and not isinstance(name, str):
        raise _bad_request("`operationName` must be a string or null.")
    if name is not None and len(name) > LONGEST_NAME:
        raise _bad_request(f"`operationName` has {len(name)} characters, where {LONGEST_NAME} are allowed.")
    if (extensions := data.get("extensions")) is not None and not isinstance(extensions, dict):
        raise _bad_request("`extensions` must be an object or null.")
    return OperationRequest(query, variables or {}, name or None)


def _bad_request(message: str) -> OperationRejected:
    return rejected(coded(Code.BAD_REQUEST, message))
