"""What can go wrong in the user's own words."""


class DomainError(Exception):
    """A rule of the work stands against an action; the message is a sentence for the user, `field` the place where it happened."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Conflict(DomainError):
    """Someone else changed the record in the meantime."""
