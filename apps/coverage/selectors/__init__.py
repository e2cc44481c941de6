"""What the pages show: a node's measures in a year, their history, the nodes below, and the rows that a number counts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import chain
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from apps.coverage.models import Exemption, Fact, FactCorrection, Figure, Year
from apps.coverage.querysets import FactQuerySet
from apps.coverage.registry import Indicator, indicators
from apps.coverage.selectors.targets import Targets, everything
from apps.organizations.enums import Kind
from apps.organizations.grants import grants_of, scope_for
from apps.organizations.models import Organization

NEAR = Decimal(10)  # percentage points: as far as this below what should be reached, a figure is near it
COUNTED = (Kind.SCHOOL, Kind.PLACE)  # what is itself counted, and has nothing below
DEPTH = {Kind.CITY: 0, Kind.COUNTY: 1, Kind.TOWN: 2, Kind.SCHOOL: 3, Kind.PLACE: 3}


@dataclass(frozen=True)
class Ratio:
    """So many of so many; nothing to count is no percentage."""

    covered: int = 0
    total: int = 0

    @property
    def value(self) -> float | None:
        return self.covered / self.total if self.total else None

    @property
    def missing(self) -> int:
        return self.total - self.covered

    @property
    def text(self) -> str:
        return f"{self.covered:,} / {self.total:,}"

    def gap(self, target: Decimal | None) -> int:
        """How many more are needed to reach the target (a percentage)."""
        if target is None:
            return 0
        needed = (target * self.total / 100).to_integral_value(ROUND_CEILING)
        return max(0, int(needed) - self.covered)


@dataclass(frozen=True)
class Part:
    """One group of a breakdown, or one way of being covered."""

    key: str
    label: str
    ratio: Ratio


@dataclass(frozen=True)
class Measure:
    """One indicator at one node in one year."""

    indicator: Indicator
    node: Organization
    year: int
    ratio: Ratio
    target: Decimal | None
    expected: Decimal | None = None  # what the path asks for on the day of the figure, in percent
    parts: tuple[Part, ...] = ()  # by what the organizations are
    ways: tuple[Part, ...] = ()  # by what they are covered; of all of them
    is_direct: bool = False  # only what stands directly under the node

    @property
    def goal(self) -> float | None:
        """The target as a share."""
        return None if self.target is None else float(self.target) / 100

    @property
    def gap(self) -> int:
        return self.ratio.gap(self.target)

    @property
    def definition(self) -> str:
        """What counts, by the rule of the day that the figure speaks of."""
        return self.indicator.rule(min(timezone.localdate(), date(self.year, 12, 31))).definition

    @property
    def is_fact(self) -> bool:
        """The node is itself what is counted: a county that has its supervision rules, or has not."""
        return self.indicator.level == self.node.kind

    @property
    def word(self) -> str:
        """What a fact comes down to."""
        return self.indicator.done if self.ratio.covered else self.indicator.undone

    @property
    def behind(self) -> int:
        """How many are missing to what the path asks for by now."""
        return self.ratio.gap(self.expected)

    @property
    def points_behind(self) -> Decimal:
        """The same in percentage points."""
        if self.expected is None or not self.ratio.total:
            return Decimal(0)
        return max(Decimal(0), self.expected - Decimal(100 * self.ratio.covered) / self.ratio.total)

    @property
    def distance(self) -> str:
        """How far from what should be reached by now, in the steps that the map colours."""
        if self.ratio.value is None or self.target is None:
            return "none"
        if not self.gap or not self.behind:
            return "reached"
        return "near" if self.points_behind <= NEAR else "far"

    @property
    def tone(self) -> str:
        return {"reached": "success", "near": "warning", "far": "danger"}.get(self.distance, "")

    @property
    def url(self) -> str:
        return self.link()

    def link(self, **query: str) -> str:
        """The address of the rows behind the number."""
        query = {"indicator": self.indicator.key, "year": str(self.year), **({"direct": "1"} if self.is_direct else {}), **query}
        return f"{reverse('coverage:node', args=[self.node.pk])}?{urlencode(query)}"

    @property
    def covered_url(self) -> str:
        return f"{self.link(state='covered')}#rows"

    @property
    def missing_url(self) -> str:
        return f"{self.link(state='missing')}#rows"


@dataclass(frozen=True)
class Point:
    """One year of a trend."""

    year: int
    ratio: Ratio
    target: Decimal | None

    @property
    def goal(self) -> float | None:
        return None if self.target is None else float(self.target) / 100


@dataclass(frozen=True)
class Row:
    """One node of the table below a node, or what lies directly under the node itself."""

    node: Organization
    measures: dict[str, Measure]
    is_direct: bool = False

    @property
    def name(self) -> str:
        return "直属" if self.is_direct else self.node.name

    @property
    def url(self) -> str:
        return next(iter(self.measures.values())).url


@dataclass(frozen=True)
class Overview:
    """A node in a year: its measures and those of the nodes below, in the order of the circular's addressees."""

    node: Organization
    year: Year
    years: tuple[Year, ...]
    measures: tuple[Measure, ...]
    rows: tuple[Row, ...]
    history: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    path: str = ""  # the node's line in that year
    targets: Targets = field(default_factory=lambda: Targets(()))

    @property
    def is_empty(self) -> bool:
        return not any(measure.ratio.total for measure in self.measures)

    def measure(self, key: str | None) -> Measure | None:
        """The chosen measure, else the first that has something to count."""
        chosen = (each for each in self.measures if each.indicator.key == key)
        counted = (each for each in self.measures if each.ratio.total)
        return next(chain(chosen, counted, self.measures), None)

    def has_steps(self, key: str) -> bool:
        """Do the nodes below sum up further rows, or are they the rows themselves?"""
        return any(row.measures[key].ratio.total and not row.measures[key].is_fact for row in self.rows)

    def elsewhere(self, key: str) -> int:
        """How many of the node's are in none of the rows: since the year closed their town went to another reporting unit."""
        counted = next((each.ratio.total for each in self.measures if each.indicator.key == key), 0)
        return counted - sum(row.measures[key].ratio.total for row in self.rows) if self.rows else 0


def standing_places(user: Any) -> list[Organization]:
    """The nodes at which the user may read coverage, the highest first."""
    nodes = Organization.objects.filter(pk__in=grants_of(user).get("coverage.view", ())).order_by("position", "pk")
    return sorted(nodes, key=lambda node: len(node.line))


def nodes(user: Any) -> Any:
    """Every node whose figures the user may read, as a queryset."""
    return Organization.objects.in_scope(scope_for(user, "coverage.view")).of_kind(Kind.CITY, Kind.COUNTY, Kind.TOWN)


def overview(*, node: Organization, year: str | int | None, user: Any) -> Overview | None:
    """A node in a year (the last, unless another is asked for); None before the first count. Five queries, whatever the size."""
    years = tuple(Year.objects.all())
    if not years:
        return None
    chosen = next((each for each in years if str(each.pk) == str(year)), years[0])
    asked = [each for each in indicators() if DEPTH[each.level] >= DEPTH[Kind(node.kind)]]
    targets = everything()
    own = list(Figure.objects.visible_to(user).filter(organization=node))
    path = next((figure.path for figure in own if figure.year_id == chosen.pk), node.path)
    stored = {(figure.year_id, figure.indicator, figure.part): Ratio(figure.covered, figure.total) for figure in own}
    return Overview(
        node=node,
        year=chosen,
        years=years,
        measures=tuple(_measure(each, node, chosen, stored, targets) for each in asked),
        rows=tuple(_rows(node, chosen, path, asked, targets, user)),
        history={each.key: _history(each, node, years, stored, targets) for each in asked},
        path=path,
        targets=targets,
    )


def lines(*, overview: Overview, indicator: Indicator, user: Any, direct: bool = False) -> FactQuerySet:
    """The eligible list behind a node's figure, as of that year."""
    rows = Fact.objects.visible_to(user).of(year=overview.year.pk, indicator=indicator.key)
    rows = rows.right_below(overview.path) if direct else rows.along(overview.path)
    return rows.select_related("organization__parent", "county").order_by(
        "county__position", "organization__parent__code", "organization__code", "organization__name", "pk"
    )


@dataclass(frozen=True)
class OwnState:
    """What one indicator says of an organization in a year."""

    indicator: Indicator
    definition: str
    is_covered: bool | None  # None: it is not listed
    ways: tuple[str, ...] = ()
    exemption: Exemption | None = None


def own_states(*, node: Organization, year: Year, user: Any) -> list[OwnState]:
    """Every indicator that counts organizations of this kind, and how the node stands in it. Two queries."""
    day = year.computed_on or year.day(timezone.localdate())
    facts = {fact.indicator: fact for fact in Fact.objects.visible_to(user).filter(year=year, organization=node)}
    exempted = {each.indicator: each for each in Exemption.objects.visible_to(user).on(day).filter(organization=node)}
    asked = [each for each in indicators() if each.level == node.kind]
    return [_own_state(each, day, facts.get(each.key), exempted.get(each.key)) for each in asked]


def _own_state(indicator: Indicator, day: date, fact: Fact | None, exemption: Exemption | None) -> OwnState:
    ways = tuple(label for key, label in indicator.ways.items() if fact and key in fact.ways)
    return OwnState(indicator, indicator.rule(day).definition, fact.covered if fact else None, ways, exemption)


def corrections(*, overview: Overview, indicator: Indicator, user: Any) -> list[FactCorrection]:
    """What was put right in this list after the year was closed; nothing before."""
    if not overview.year.is_closed:
        return []
    found = FactCorrection.objects.visible_to(user).of(year=overview.year.pk, indicator=indicator.key)
    return list(found.within(overview.node).for_list())


def exemptions(*, overview: Overview, indicator: Indicator, user: Any) -> list[Exemption]:
    """Who is left out of the node's list in that year, and why."""
    day = overview.year.computed_on or overview.year.day(timezone.localdate())
    return list(Exemption.objects.visible_to(user).of(indicator.key).on(day).within(overview.node).for_list())


def _measure(indicator: Indicator, node: Organization, year: Year, stored: dict[Any, Ratio], targets: Targets) -> Measure:
    def ratio(part: str = "") -> Ratio:
        return stored.get((year.pk, indicator.key, part), Ratio())

    parts, ways = (tuple(Part(key, label, ratio(key)) for key, label in labels.items()) for labels in (indicator.groups, indicator.ways))
    path = targets.path(indicator.key, year.pk, node.county_id)
    expected = path.on(year.computed_on or year.day(timezone.localdate())) if path else None
    return Measure(indicator, node, year.pk, ratio(), targets.of(indicator.key, year.pk, node.county_id), expected, parts, ways)


def _history(
    indicator: Indicator, node: Organization, years: Iterable[Year], stored: dict[Any, Ratio], targets: Targets
) -> tuple[Point, ...]:
    return tuple(
        Point(year.pk, stored.get((year.pk, indicator.key, ""), Ratio()), targets.of(indicator.key, year.pk, node.county_id))
        for year in sorted(years, key=lambda each: each.pk)
    )


def _rows(node: Organization, year: Year, path: str, asked: list[Indicator], targets: Targets, user: Any) -> Iterable[Row]:
    found: dict[Organization, dict[Any, Ratio]] = defaultdict(dict)
    below = Figure.objects.visible_to(user).filter(year=year).right_below(path).whole().select_related("organization")
    for figure in below.order_by("organization__position", "organization__code", "organization"):
        found[figure.organization][year.pk, figure.indicator, ""] = Ratio(figure.covered, figure.total)
    for child, stored in found.items():
        yield Row(child, {each.key: _measure(each, child, year, stored, targets) for each in asked})
    if found and node.kind == Kind.COUNTY and (direct := _direct(year.pk, path, user)):
        measures = {each.key: replace(_measure(each, node, year, direct, targets), is_direct=True) for each in asked}
        yield Row(node, measures, is_direct=True)


def _direct(year: int, path: str, user: Any) -> dict[Any, Ratio]:
    """Schools that stand directly under a reporting unit, without a town between."""
    counted = [each.key for each in indicators() if each.level in COUNTED]  # a town is a node of its own
    facts = Fact.objects.visible_to(user).filter(year=year, indicator__in=counted).right_below(path)
    counts = facts.values("indicator").annotate(done=Count("pk", filter=Q(covered=True)), total=Count("pk"))
    return {(year, each["indicator"], ""): Ratio(each["done"], each["total"]) for each in counts}
