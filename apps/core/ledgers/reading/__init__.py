"""Files read safely."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A cell that cannot be taken: what stands there, and the sentence that says why."""

    text: str
    sentence: str
