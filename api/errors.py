"""The errors of the api that are expected: one tree, drawn at its root.

What is no ExpectedError is a fault of the program.
"""

from enum import StrEnum

from domain.errors import ExpectedError


class Code(StrEnum):
    """What a client is told of an error, as `extensions.code`, whether GraphQL was reached or not."""

    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    ACCOUNT_NOT_FOUND = "ACCOUNT_NOT_FOUND"
    BACKTEST_NOT_FOUND = "BACKTEST_NOT_FOUND"
    BAD_REQUEST = "BAD_REQUEST"
    OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    SLOW_CONSUMER = "SLOW_CONSUMER"
    SHUTTING_DOWN = "SHUTTING_DOWN"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


class PapertapeError(ExpectedError):
    """One line that says what went wrong, and where it helps what to do. The command line prints it.

        PapertapeError
        ├── Unavailable                 it is not known to be done, or cannot be promised: ask again
        │   ├── ConnectionLost          the connection to the database broke while it was asked
        │   ├── Unreachable             the writer cannot reach the database
        │   ├── OutcomeUnknown          the connection broke while a transaction was committed
        │   ├── BeingMigrated           a migration has the database to itself
        │   └── FileLost                the database's file went away
        ├── Forbidden                   who asks may not do it
        ├── BadArgument                 an argument of a command that cannot be used
        ├── Declined                    a call of an agent's tool that is not carried out
        │
        ├── DatabaseFailure             the database did not do what it was asked
        ├── UnsupportedDatabase         a database URL of another kind
        ├── UnusableDatabase            a file that no desk may be opened on
        ├── AlreadyHeld                 another server holds the database's file
        ├── SharedSessions              PostgreSQL stands behind a pooler of transactions
        ├── MigrationsPending           the database must be migrated first
        ├── CannotMigrate               no way leads to the revision asked for
        ├── CannotCopy                  no backup can be made, or taken
        │
        ├── BadFile                     a file that no backtest can be made of
        ├── UnusableBars                a file of bars of which nothing can be taken
        ├── Ambiguous                   its texts may mean two things: an option says which
        ├── WrongZone                   a time that the zone of its file does not have
        ├── NotPlain                    rows of a file of bars that must be read one by one
        ├── BadInput                    JSON or a row that is no input
        ├── OtherEncoding               a row in the JSON of another version
        ├── BadId                       a text that is no id of a node
        ├── BadCursor                   a text that is no cursor
        ├── BadAlert                    an alert that means nothing to its hook
        │
        ├── NothingToExport             no such account or session
        ├── NothingToReport             no such account, session or backtest
        ├── CannotWrite                 a format that this installation cannot write
        ├── DeskError                   a server that cannot be reached, or that refuses what it is sent
        │   └── DeskUnreachable         a request did not arrive
        │       └── OutcomeOpen         no answer came, and what was asked for may have been done
        ├── MarketRefused               a market that will not do what it is asked, however often
        ├── MarketLost                  a market that cannot be reached, or whose connection ended
        ├── MarketEnded                 a market that has nothing more to send
        │
        ├── NotDelivered                a message to people that did not arrive
        ├── ForbiddenAddress            an address that nothing is sent to
        ├── LeaseLost                   another process sees to a target of notifications
        │
        ├── UnknownAccount              a stream of an account that is not there
        ├── TooSlow                     a subscriber that does not take its events
        ├── StreamClosed                a stream that the server ends
        ├── StreamFailed                a stream that ends with an error
        ├── Unsupported                 something of a document that is not compiled
        ├── OperationRejected           a GraphQL request that is not executed
        ├── TooManyRepeats              fields of one response name beyond a limit
        ├── TooLarge                    a JSON text with too many values, or with too long an integer
        ├── Closing                     a WebSocket connection that the server closes
        ├── UnreadableRequest           bytes that are no request, or more than one may have
        └── OverLimit                   bytes of a request beyond a limit

    Beside it stands `domain.errors.DomainError`; an `Invalid` or `Refused` becomes an answer.
    """


class Unavailable(PapertapeError):
    """The desk cannot say whether, or cannot promise that, something was done: ask again.

    `extensions` is what a GraphQL client gets beside the sentence.
    """

    extensions = {"code": str(Code.UNAVAILABLE)}  # noqa: RUF012 - read by GraphQLError, never changed


class ConnectionLost(Unavailable):
    """The database was reached, and the connection broke while it was asked: another may do."""


class Forbidden(PapertapeError):
    """Who asks may not do it. `extensions` is what a GraphQL client gets beside the sentence."""

    extensions = {"code": str(Code.FORBIDDEN)}  # noqa: RUF012 - read by GraphQLError, never changed


class BadArgument(PapertapeError, ValueError):
    """An argument of the command line that cannot be used, with a sentence that says why."""
