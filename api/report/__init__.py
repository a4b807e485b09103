"""A session's report to read: a table for the terminal, and one page of HTML that needs nothing else."""
