"""What clients are answered, executed or not."""

from collections.abc import Sequence

from graphql import GraphQLError, GraphQLFormattedError
from graphql.execution import ExecutionResult

from api.errors import Code, PapertapeError
from api.graphql.errors import present
from api.graphql.execution.json_text import encode
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class Response:
    """A GraphQL response as JSON text, and its errors as clients see them. If it is not `executed`, it has no data."""

    text: str
    errors: Sequence[GraphQLFormattedError] = ()
    executed: bool = True

    @property
    def code(self) -> str:
        """The code of the first error, or the empty string."""
        return str(self.errors[0]["extensions"]["code"]) if self.errors else ""


def _of_errors(errors: Sequence[GraphQLFormattedError]) -> Response:
    return Response(encode({"errors": errors}), errors, executed=False)


class OperationRejected(PapertapeError):
    """A request that is not executed, and the response that says why."""

    def __init__(self, response: Response) -> None:
        super().__init__(response)
        self.response = response


def rejected(*errors: GraphQLError, otherwise: Code = Code.GRAPHQL_VALIDATION_FAILED) -> OperationRejected:
    """The refusal with these errors; `otherwise` is the code of those that have none."""
    return OperationRejected(_of_errors(present(errors, otherwise=otherwise)))


class StreamFailed(PapertapeError):
    """A subscription whose source ended with an error, as the client may see it."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        located = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
        self.response = _of_errors(present([located]))


def response(result: ExecutionResult) -> Response:
    """What graphql-core's result is answered with."""
    if not result.errors:
        return Response(encode({"data": result.data}))
    errors = present(result.errors)
    if result.data is None and not any(error.path for error in result.errors):
        return _of_errors(errors)
    return Response(encode({"errors": errors, "data": result.data}), errors)
