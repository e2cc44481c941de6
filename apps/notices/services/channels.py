"""How a sending over any channel can end other than well."""


class Undelivered(Exception):
    """It was surely not taken; `again` says whether trying later may help."""

    def __init__(self, message: str, *, again: bool) -> None:
        super().__init__(message)
        self.again = again


class InDoubt(Exception):
    """It may have been taken, or not: only a person decides to send it again."""
