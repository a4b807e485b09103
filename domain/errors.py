"""The errors of the domain: one tree, drawn at its root."""


class DomainError(Exception):
    """The root: what the rules do not allow. `decide` turns each into a refusal; nothing is half done.

        DomainError
        ├── OutOfRange    a number that the desk cannot hold (R1)
        ├── Invalid       input that cannot mean anything, with the field to blame
        └── Refused       carries a refusal from the check that made it to the decision that answers it

    A message names a field in backticks and in the domain's own words, as in "`stop_loss` must be above 0"; the edge
    shows it under the name that its clients know.
    """
