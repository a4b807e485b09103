"""Queries of signals."""

from typing import Annotated
from uuid import UUID

import strawberry

from api.application.dispatcher import decoded
from api.graphql.arguments import AccountName, After, First, argument
from api.graphql.connections import Connection, connection, page_request, paged
from api.graphql.context import Info, snapshot_of
from api.graphql.signals import views
from api.graphql.signals.inputs import ExecuteSignalInput, SignalFilter
from api.graphql.signals.types import Signal, SignalPreview
from domain.refusals import Refusal

_NO_ID = UUID(int=0)

Signals = Annotated[SignalFilter | None, argument("Which ones; default: all of the current session.")]


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
        return views.no_preview(command)
    return views.preview(await info.context.services.preview(await snapshot_of(info), command))
