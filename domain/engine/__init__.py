"""Commands in, events out: decide, evolve, audit."""
