"""The schema: `schema.graphql` at the top of the project is its printed form."""

from functools import cache

import strawberry
from graphql import GraphQLOneOfDirective
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type

from api.choices import ExecutionKind
from api.graphql.accounts import mutations as account_mutations
from api.graphql.accounts import queries as account_queries
from api.graphql.accounts import subscriptions as account_subscriptions
from api.graphql.accounts.types import Account, Session
from api.graphql.activity import queries as activity_queries
from api.graphql.board import queries as board_queries
from api.graphql.connections import PageInfo
from api.graphql.context import OneSnapshot
from api.graphql.execution.operations import Operations
from api.graphql.feeds import mutations as feed_mutations
from api.graphql.feeds import queries as feed_queries
from api.graphql.holdings import queries as holding_queries
from api.graphql.hooks import mutations as hook_mutations
from api.graphql.hooks import queries as hook_queries
from api.graphql.market import mutations as market_mutations
from api.graphql.market import queries as market_queries
from api.graphql.market import subscriptions as market_subscriptions
from api.graphql.node_query import node
from api.graphql.notifications import mutations as notification_mutations
from api.graphql.notifications import queries as notification_queries
from api.graphql.positions import mutations as position_mutations
from api.graphql.positions import queries as position_queries
from api.graphql.positions import subscriptions as position_subscriptions
from api.graphql.positions.types import Position
from api.graphql.reports import mutations as report_mutations
from api.graphql.reports import queries as report_queries
from api.graphql.scalars import SCALARS
from api.graphql.signals import mutations as signal_mutations
from api.graphql.signals import queries as signal_queries
from api.graphql.signals import subscriptions as signal_subscriptions
from api.graphql.signals.types import Signal
from api.graphql.trades import queries as trade_queries
from api.graphql.trades import subscriptions as trade_subscriptions
from api.graphql.trades.types import Trade

Query = create_type(
    "Query",
    [
        report_queries.report,
        report_queries.live_eligibility,
        report_queries.equity_curve,
        report_queries.backtests,
        account_queries.account,
        account_queries.accounts,
        board_queries.board,
        position_queries.positions,
        position_queries.position,
        trade_queries.trades,
        trade_queries.trade,
        signal_queries.signals,
        signal_queries.signal,
        holding_queries.holdings,
        account_queries.account_events,
        activity_queries.activity,
        account_queries.sessions,
        market_queries.quotes,
        market_queries.bars,
        signal_queries.preview_signal,
        signal_queries.preview_signal_amendment,
        position_queries.preview_amendment,
        market_queries.clock,
        feed_queries.feeds,
        hook_queries.hooks,
        hook_queries.hook_deliveries,
        notification_queries.notifications,
        node,
    ],
    description="What the desk can be asked. Lists are newest first, in the order of the journal.",
)

Mutation = create_type(
    "Mutation",
    [
        account_mutations.enable,
        account_mutations.disable,
        account_mutations.reset,
        account_mutations.update_settings,
        account_mutations.resume,
        signal_mutations.execute_signal,
        signal_mutations.execute_signals,
        signal_mutations.cancel_signal,
        signal_mutations.amend_signal,
        position_mutations.close_position,
        position_mutations.close_all,
        position_mutations.amend_position,
        signal_mutations.reverse_position,
        market_mutations.ingest_bars,
        market_mutations.ingest_quotes,
        market_mutations.retract_market_data,
        feed_mutations.report_feed,
        report_mutations.record_backtest,
        hook_mutations.create_hook,
        hook_mutations.revoke_hook,
        notification_mutations.add_notification,
        notification_mutations.remove_notification,
        notification_mutations.test_notification,
    ],
    description="Commands to the desk. What it refuses is in the payload's errors; an error of the response means "
    "that the request was malformed or that the desk could not take it.",
)

Subscription = create_type(
    "Subscription",
    [
        position_subscriptions.position_events,
        trade_subscriptions.trade_events,
        signal_subscriptions.signal_events,
        account_subscriptions.account_events,
        market_subscriptions.quote_events,
    ],
    description="Live events. Those of accounts carry a cursor: subscribe again with it as after to miss none.",
)


@cache
def make_schema() -> strawberry.Schema:
    """The schema of the API, one a process: making it takes most of the time of a start."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Account, Session, Signal, Position, Trade, PageInfo],
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def make_operations(execution: ExecutionKind = ExecutionKind.COMPILED) -> Operations:
    """The operations of the API, each with a snapshot of its own."""
    return Operations(make_schema(), execution, OneSnapshot)


def printed() -> str:
    """The schema as text, with the description of `@oneOf` that the library leaves out."""
    described = f'"""{GraphQLOneOfDirective.description}"""\ndirective @oneOf'
    return make_schema().as_str().replace("directive @oneOf", described, 1) + "\n"
