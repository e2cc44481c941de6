"""The states of a report and the steps between them."""

from django.db import models


class State(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已上报"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已通过"


EDITABLE = frozenset({State.DRAFT, State.RETURNED})
RETURNABLE = frozenset({State.SUBMITTED, State.APPROVED})


class Verb(models.TextChoices):
    SUBMIT = "submit", "上报"
    APPROVE = "approve", "通过"
    RETURN = "return", "退回"
