"""What of a desk runs: what `bootstrap` puts together, and a server serves."""

from dataclasses import dataclass

from starlette.types import ASGIApp

from api.application.services import Services
from api.graphql.transport.http import GraphQLApp


@dataclass(frozen=True, slots=True)
class RunningDesk:
    """A running desk: its services, and the application that serves them."""

    services: Services
    graphql: GraphQLApp
    app: ASGIApp
