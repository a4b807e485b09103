"""The root of all errors that are expected, and of those that the rules raise."""


class ExpectedError(Exception):
    """The one root of the errors that are expected: what is none of them is a fault of the program.

    ExpectedError
    ├── DomainError       what the rules do not allow: drawn below
    └── PapertapeError    what the world around them does not allow: drawn in api/errors.py
    """


class DomainError(ExpectedError):
    """What the rules do not allow. `decide` turns each into a refusal; nothing is half done.

        DomainError
        ├── OutOfRange    a number that the desk cannot hold (R1)
        ├── Invalid       input that cannot mean anything, with the field to blame
        └── Refused       carries a refusal from the check that made it to the decision that answers it

    Where a message has a word in backticks, as in "`stop_loss` must be above 0", that is a field by the domain's name,
    which the edge shows under the name that its clients know.
    """
