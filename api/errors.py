"""When the desk is out of reach: an answer that says so, and that asking again may help."""


class Unavailable(Exception):
    """The desk cannot say whether, or cannot promise that, something was done: ask again.

    `extensions` is what a GraphQL client is told beside the sentence.
    """

    extensions = {"code": "UNAVAILABLE"}  # noqa: RUF012 - read by GraphQLError, never changed


class ConnectionLost(Unavailable):
    """The database was reached, and the connection broke while it was asked: another may do."""
