"""Live events: one tail of the journal per process, woken by the broadcaster, fanned out to subscribers."""
