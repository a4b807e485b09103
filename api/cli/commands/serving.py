"""`papertape serve`."""

from api.cli.options import (
    AllocatorName,
    AllowedHosts,
    BroadcastUrl,
    Clock,
    DatabaseUrl,
    Execution,
    Feed,
    Format,
    Host,
    NotifyPrivate,
    Port,
    Token,
    TrustedProxy,
    WorkerCount,
)
from api.cli.running import run, server_settings
from api.garbage import collect_later


def serve(
    host: Host = None,
    port: Port = None,
    database_url: DatabaseUrl = None,
    broadcast_url: BroadcastUrl = None,
    log_format: Format = None,
    token: Token = None,
    allowed_hosts: AllowedHosts = None,
    trusted_proxy: TrustedProxy = None,
    allocator: AllocatorName = None,
    clock: Clock = None,
    execution: Execution = None,
    feed: Feed = None,
    notify_private: NotifyPrivate = None,
    workers: WorkerCount = None,
) -> None:
    """Serve a desk over GraphQL, until it is asked to stop.

    The embedded database is a file in the current folder, which migrates itself; PostgreSQL is migrated with
    `papertape migrate`. Open http://127.0.0.1:8000/graphql in a browser to look around."""
    given = locals()
    collect_later()
    settings = server_settings(**given)
    from api.cli import serving

    if settings.workers > 1:
        serving.serve_with_workers(settings)
    run(settings, lambda: serving.serve(settings))
