"""What stands on rows that are to be taken away."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count

from apps.core.ledgers.ledger import Part

DERIVED = frozenset({"coverage.fact", "coverage.figure", "coverage.change"})  # the engine sees to these itself


def dependents(parts: Sequence[Part], targets: Sequence[Any]) -> list[str]:
    """Everything that points at these rows, besides the ledger's own parts, in words: "30 个少先队组织"."""
    return [f"{count} 个{label}" for label, count in _counts(parts, targets) if count]


def _counts(parts: Sequence[Part], targets: Sequence[Any]) -> Iterator[tuple[str, int]]:
    own = {part.model for part in parts}
    root = parts[0].model
    for model in apps.get_models():
        if model in own or model._meta.label_lower in DERIVED or model._meta.proxy or hasattr(model, "pgh_tracked_model"):
            continue
        pointing = [field for field in model._meta.local_fields if isinstance(field, models.ForeignKey) and field.related_model in own]
        found = models.Q()
        for field in pointing:
            if field.related_model is root:
                found |= models.Q(**{f"{field.name}__in": targets})
        if found:
            yield str(model._meta.verbose_name), model._default_manager.filter(found).aggregate(count=Count("pk"))["count"]
