"""Queries of accounts."""

from typing import Annotated

import strawberry

from api.graphql.accounts import event_views, views
from api.graphql.accounts.types import Account, AccountEvent, Session
from api.graphql.arguments import AccountName, After, First, argument
from api.graphql.connections import Connection, connection, page_request, paged
from api.graphql.context import Info, snapshot_of


@strawberry.field(description="An account; null if there is none of that name: enable creates it.")
async def account(info: Info, name: AccountName = "default") -> Account | None:
    """An account."""
    view = await (await snapshot_of(info)).account(name)
    return None if view is None else views.account(view)


@strawberry.field(description="All accounts.")
async def accounts(info: Info, first: First = 50, after: After = None) -> Connection[Account]:
    """All accounts."""
    snapshot = await snapshot_of(info)
    return connection(await paged(snapshot.accounts(page_request(first, after))), views.account)


@strawberry.field(
    description="What happened to an account itself: enabled, halted, reset, …; null if there is no such account."
)
async def account_events(
    info: Info,
    account: AccountName = "default",
    session: Annotated[int | None, argument("Only from this session's first event to its last.")] = None,
    first: First = 50,
    after: After = None,
) -> Connection[AccountEvent] | None:
    """An account's own history."""
    snapshot = await snapshot_of(info)
    page = await paged(snapshot.account_events(account, session, page_request(first, after)))
    return None if page is None else connection(page, event_views.journaled)


@strawberry.field(description="An account's sessions, ended ones too; null if there is no such account.")
async def sessions(
    info: Info, account: AccountName = "default", first: First = 50, after: After = None
) -> Connection[Session] | None:
    """An account's sessions."""
    snapshot = await snapshot_of(info)
    page = await paged(snapshot.sessions(account, page_request(first, after)))
    return None if page is None else connection(page, views.session_record)
