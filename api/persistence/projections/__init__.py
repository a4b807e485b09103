"""One file a read model: the rows that an event makes."""
