"""The schema: `schema.graphql` at the top of the project is its printed form."""

from strawberry.schema.config import StrawberryConfig

from api.graphql import payloads, types
from api.graphql.context import OneSnapshot
from api.graphql.execution.documents import RememberedDocuments
from api.graphql.execution.executor import Schema
from api.graphql.mutation import Mutation
from api.graphql.query import Query
from api.graphql.scalars import SCALARS
from api.graphql.subscription import Subscription


def make_schema() -> Schema:
    """The schema of the API."""
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[types.Account, types.Session, types.Signal, types.Position, types.Trade, payloads.PageInfo],
        extensions=[RememberedDocuments, OneSnapshot],
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def printed() -> str:
    """The schema as text."""
    return make_schema().as_str() + "\n"
