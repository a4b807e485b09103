"""Everything that touches the world: GraphQL, persistence, streams, the command line."""
