"""Putting a closed year right: one fact, for a reason, and the figures above it in the same transaction."""

from typing import Any

from django.db import connection, transaction

from apps.core import turns
from apps.core.errors import Conflict, DomainError
from apps.coverage.models import Fact, FactCorrection, Figure

# The figures of every node on the fact's line: the whole, its groups and its ways.
_FIGURES = """
UPDATE coverage_figure SET covered = covered + %s
WHERE year_id = %s AND indicator = %s AND path @> %s::ltree AND part = ANY (%s)
"""


@transaction.atomic
def correct(*, fact: Fact, covered: bool, reason: str, by: Any) -> FactCorrection:
    """Set whether one organization counts as covered in a closed year. Raises Conflict when it says so already."""
    if not reason.strip():
        raise DomainError("请写明更正原因。", field="reason")
    turns.take("coverage.figures")
    stored = Fact.objects.select_related("year", "organization").select_for_update(of=("self",)).get(pk=fact.pk)
    if not stored.year.is_closed:
        raise DomainError(f"{stored.year}尚未关闭，登记或确认后数字会自动更新，不需要更正。")
    if stored.covered == covered:
        last = FactCorrection.objects.of(year=stored.year_id, indicator=stored.indicator).filter(organization=stored.organization).first()
        who = f"{last.by.name}刚才已经更正。" if last else ""
        raise Conflict(f"{who}{stored.organization}的状态已经是您要改成的，请核对。")
    correction = FactCorrection.objects.create(
        year=stored.year, indicator=stored.indicator, covered=covered, reason=reason.strip(), by=by, **stored.tenancy()
    )
    stored.covered = covered
    stored.save(update_fields=["covered"])
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, [1 if covered else -1, stored.year_id, stored.indicator, stored.path, ["", *stored.groups, *stored.ways]])
    return correction


def above(*, fact: Fact) -> list[Figure]:
    """The figures that a correction of this fact would change, the city's first."""
    found = Figure.objects.of(year=fact.year_id, indicator=fact.indicator).whole().filter(path__above=fact.path)
    return list(found.select_related("organization").order_by("path"))
