"""Queries of signals."""

from typing import Annotated
from uuid import UUID

import strawberry

from api.application.dispatcher import decoded
from api.codec.ids import signal_key
from api.graphql.arguments import AccountName, After, First, argument
from api.graphql.assessments import Assessment, assessment
from api.graphql.connections import Connection, connection, page_request, paged
from api.graphql.context import Info, snapshot_of
from api.graphql.signals import views
from api.graphql.signals.inputs import AmendSignalInput, ExecuteSignalInput, SignalFilter
from api.graphql.signals.types import Signal, SignalPreview
from domain.refusals import Refusal

_NO_ID = UUID(int=0)

Signals = Annotated[SignalFilter | None, argument("Which ones; default: all of the current session.")]


@strawberry.field(description="A signal by its id, the client's own; null if there is none.")
async def signal(
    info: Info,
    id: Annotated[UUID, argument("The id it was sent with.")],  # noqa: A002
    account: AccountName = "default",
) -> Signal | None:
    """A signal."""
    view = await (await snapshot_of(info)).signal(signal_key(account, id))
    return None if view is None else views.signal(view)


@strawberry.field(description="An account's signals, refused ones too; null if there is no such account.")
async def signals(
    info: Info,
    account: AccountName = "default",
    filter: Signals = None,  # noqa: A002 - the API's word
    first: First = 50,
    after: After = None,
) -> Connection[Signal] | None:
    """An account's signals."""
    history_filter = (filter or SignalFilter()).history_filter()
    snapshot = await snapshot_of(info)
    page = await paged(snapshot.signals(account, history_filter, page_request(first, after)))
    return None if page is None else connection(page, views.signal)


@strawberry.field(description="What the desk would decide about a signal now, and its figures; nothing is done.")
async def preview_signal(
    info: Info,
    input: Annotated[ExecuteSignalInput, argument("The signal.")],  # noqa: A002
) -> SignalPreview:
    """A signal's preview."""
    command = decoded(lambda: input.command(input.id or _NO_ID))
    if isinstance(command, Refusal):
        return views.preview(command)
    return views.preview(await info.context.services.preview(await snapshot_of(info), command))


@strawberry.field(description="What the desk would decide about an amendment of a signal now; nothing is done.")
async def preview_signal_amendment(
    info: Info,
    input: Annotated[AmendSignalInput, argument("Which signal, and what would become of it.")],  # noqa: A002
) -> Assessment:
    """An amendment's preview."""
    command = decoded(input.command)
    if isinstance(command, Refusal):
        return assessment(command)
    return assessment(await info.context.services.preview_amendment(await snapshot_of(info), command))
