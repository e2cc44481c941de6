"""Which of the circular's pairs (§4.1) two schools are."""

from collections.abc import Collection

from django.db import models


class Kind(models.TextChoices):
    URBAN_RURAL = "urban_rural", "城乡结对"
    NEW_RESIDENT = "new_resident", "普通与新居民子女学校"
    STRONG_WEAKER = "strong_weaker", "优质与薄弱学校"


# What one of the two schools is and the other must be.
OPPOSITES: dict[Kind, tuple[str, str]] = {
    Kind.URBAN_RURAL: ("urban", "rural"),
    Kind.NEW_RESIDENT: ("ordinary", "new_resident"),
    Kind.STRONG_WEAKER: ("strong", "weaker"),
}


def kinds_of(one: Collection[str], other: Collection[str]) -> list[Kind]:
    """Every kind that two schools' traits make them; a pair may be several at once, or none."""
    return [kind for kind, (a, b) in OPPOSITES.items() if (a in one and b in other) or (b in one and a in other)]
