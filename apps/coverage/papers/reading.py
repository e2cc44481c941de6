"""What a bulletin is written from: a node's year and the one before, whoever is not counted, and the names of that time.

Of a closed year everything comes from what closing froze, so that its bulletin says the same whenever it is made.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from apps.core.errors import DomainError
from apps.coverage import selectors
from apps.coverage.models import Exemption, FactCorrection, Figure
from apps.coverage.registry import Indicator
from apps.coverage.selectors import Measure, Overview, Row
from apps.coverage.selectors.years import by_the_same_rule
from apps.organizations.models import Organization

MOST_ROWS = 100  # units in one bulletin

NOTHING = "{}在{}没有可统计的单位，不能生成通报。"
TOO_MANY = "{}下级单位有 {} 个，超过 {} 个，请分别生成下级的通报。"


@dataclass(frozen=True)
class LeftOut:
    """How many organizations of a unit are not counted for an indicator, and why."""

    indicator: Indicator
    unit: str
    count: int
    reason: str


@dataclass(frozen=True)
class Reading:
    """A node in a year; `before` is the same node a year earlier, where there is such a year to compare with."""

    overview: Overview
    before: Overview | None
    left_out: tuple[LeftOut, ...]
    corrected: Mapping[str, int]  # indicator → how many facts were put right after the year closed
    names: Mapping[int, str]  # organization → what it was called when the year closed

    @property
    def year(self) -> int:
        return self.overview.year.pk

    @property
    def node(self) -> str:
        return self.names.get(self.overview.node.pk, self.overview.node.name)

    def name(self, row: Row) -> str:
        return row.name if row.is_direct else self.names.get(row.node.pk, row.name)

    def is_comparable(self, indicator: Indicator) -> bool:
        """Were both years counted by the same rule?"""
        return self.before is not None and by_the_same_rule(indicator, self.overview.year, self.before.year)

    def earlier(self, measure: Measure, row: Row | None = None) -> Measure | None:
        """The same a year before, of the node or of a row; None where nothing was counted, or it was by another rule."""
        if self.before is None or not self.is_comparable(measure.indicator):
            return None
        if row is None:
            found = {each.indicator.key: each for each in self.before.measures}
        else:
            same = (each.measures for each in self.before.rows if (each.node.pk, each.is_direct) == (row.node.pk, row.is_direct))
            found = next(same, {})
        then = found.get(measure.indicator.key)
        return then if then is not None and then.ratio.total else None


def read(*, node: Organization, year: int, user: Any) -> Reading:
    """Everything at once, in a dozen queries. Raises DomainError where there is nothing to tell, or too much."""
    overview = selectors.overview(node=node, year=year, user=user)
    if overview is None or overview.year.pk != year or overview.is_empty:
        raise DomainError(NOTHING.format(node, f"{year}年"))
    if len(overview.rows) > MOST_ROWS:
        raise DomainError(TOO_MANY.format(node, len(overview.rows), MOST_ROWS))
    names = _names(overview)
    return Reading(
        overview=overview,
        before=_before(overview, user),
        left_out=tuple(_left_out(overview, names, user)),
        corrected=_corrected(overview, user),
        names=names,
    )


def _before(overview: Overview, user: Any) -> Overview | None:
    """The year before. A closed year is compared with a closed one only: what still moves would move its bulletin too."""
    year = next((each for each in overview.years if each.pk == overview.year.pk - 1), None)
    if year is None or (overview.year.is_closed and not year.is_closed):
        return None
    return selectors.overview(node=overview.node, year=year.pk, user=user)


def _names(overview: Overview) -> dict[int, str]:
    """What the node and the units were called when the year closed, as far as the history reaches; today's names otherwise."""
    if not overview.year.is_closed:
        return {}
    known = [overview.node.pk, *(row.node.pk for row in overview.rows)]
    events = Organization.pgh_event_model.objects  # type: ignore[attr-defined]  # pghistory makes it
    then = events.filter(pgh_obj__in=known, pgh_created_at__lte=overview.year.closed_at)
    latest = then.order_by().values("pgh_obj").annotate(latest=Max("pgh_id")).values("latest")
    return dict(events.filter(pgh_id__in=latest).values_list("pgh_obj", "name"))


def _corrected(overview: Overview, user: Any) -> Mapping[str, int]:
    if not overview.year.is_closed:
        return {}
    found = FactCorrection.objects.visible_to(user).of_year(overview.year.pk).within(overview.node)
    return Counter(found.values_list("indicator", flat=True))


def _left_out(overview: Overview, names: Mapping[int, str], user: Any) -> list[LeftOut]:
    """In the order of the indicators and of the units; who would not be counted anyhow is not named."""
    found = _exempted(overview, user)
    units = {row.node.pk: names.get(row.node.pk, row.node.name) for row in overview.rows if not row.is_direct}
    order = {name: number for number, name in enumerate(units.values())}
    counts: Counter[tuple[str, str, str]] = Counter()
    for each, line in found:
        below = [int(label) for label in line.removeprefix(overview.path).split(".") if label]
        unit = units.get(below[0], "直属") if below else names.get(overview.node.pk, overview.node.name)
        counts[each.indicator, unit, each.reason] += 1
    return [
        LeftOut(measure.indicator, unit, count, reason)
        for measure in overview.measures
        for (key, unit, reason), count in sorted(counts.items(), key=lambda item: (order.get(item[0][1], len(order)), item[0][2]))
        if key == measure.indicator.key
    ]


def _exempted(overview: Overview, user: Any) -> list[tuple[Exemption, str]]:
    """What holds on the day of the figures, each with its line in the tree of that year: that of the figures above it."""
    day = overview.year.computed_on
    if day is None:
        return []
    asked = {measure.indicator.key: measure.indicator for measure in overview.measures}
    found = list(Exemption.objects.visible_to(user).on(day).filter(indicator__in=asked).select_related("organization"))
    above = Figure.objects.visible_to(user).filter(year=overview.year, organization__in={each.organization.parent_id for each in found})
    lines = dict(above.whole().values_list("organization_id", "path"))
    counted = {}
    for key in {each.indicator for each in found}:
        keys = [each.organization_id for each in found if each.indicator == key]
        rows = asked[key].rule(day).universe(day).filter(organization_id__in=keys)
        counted[key] = {row["organization_id"] for row in rows}
    placed = []
    for each in found:
        organization = each.organization
        above_it = lines.get(organization.parent_id or 0, organization.path.rpartition(".")[0])
        line = f"{above_it}.{organization.pk}"
        if organization.pk in counted[each.indicator] and f"{line}.".startswith(f"{overview.path}."):
            placed.append((each, line))
    return placed
