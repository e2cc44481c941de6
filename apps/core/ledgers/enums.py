from django.db.models import TextChoices


class Outcome(TextChoices):
    """What a row of a file would do."""

    NEW = "new", "新增"
    CHANGED = "changed", "修改"
    UNCHANGED = "unchanged", "不变"
    WRONG = "wrong", "有误"


WRITTEN = frozenset({Outcome.NEW, Outcome.CHANGED})
