from django.db import models


class Answer(models.TextChoices):
    """What became of an application for more time."""

    OPEN = "open", "待批准"
    GRANTED = "granted", "已批准"
    REFUSED = "refused", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"
