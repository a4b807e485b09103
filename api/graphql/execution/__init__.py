"""One operation: its limits before it is run, its execution, what is shared between subscribers."""
