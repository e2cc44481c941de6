"""A node in a year: its measures, their history, and the nodes below."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from django.db.models import Count, Q

from apps.coverage.models import Fact, Figure, Year
from apps.coverage.registry import Indicator, indicators
from apps.coverage.selectors.measures import Measure, Ratio, measure_of
from apps.coverage.selectors.targets import Targets, everything
from apps.organizations.enums import Kind
from apps.organizations.grants import grants_of, scope_for
from apps.organizations.models import Organization

BELOW = {Kind.CITY: "报送单位", Kind.COUNTY: "镇（街道）", Kind.TOWN: "单位"}  # what stands right below is called
COUNTED = (Kind.SCHOOL, Kind.PLACE)  # what is itself counted, and has nothing below
DEPTH = {Kind.CITY: 0, Kind.COUNTY: 1, Kind.TOWN: 2, Kind.SCHOOL: 3, Kind.PLACE: 3}


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
    history: dict[str, tuple[Measure, ...]] = field(default_factory=dict)  # every year, the oldest first
    path: str = ""  # the node's line in that year
    targets: Targets = field(default_factory=lambda: Targets(()))

    @property
    def below(self) -> str:
        """What the nodes below are called."""
        return called_below(self.node, (row.node for row in self.rows if not row.is_direct))

    @property
    def is_empty(self) -> bool:
        return not any(measure.ratio.total for measure in self.measures)

    @property
    def has_history(self) -> bool:
        """Was anything counted in any year?"""
        return any(measure.ratio.total for measures in self.history.values() for measure in measures)

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


def called_below(node: Organization, below: Iterable[Organization]) -> str:
    """Below a province or a nation stand cities, and whoever reports to it directly."""
    return "下级单位" if any(each.kind == Kind.CITY for each in below) else BELOW[Kind(node.kind)]


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
        measures=tuple(measure_of(each, node, chosen, stored, targets) for each in asked),
        rows=tuple(_rows(node, chosen, path, asked, targets, user)),
        history={each.key: tuple(measure_of(each, node, year, stored, targets) for year in reversed(years)) for each in asked},
        path=path,
        targets=targets,
    )


def _rows(node: Organization, year: Year, path: str, asked: list[Indicator], targets: Targets, user: Any) -> Iterable[Row]:
    found: dict[Organization, dict[Any, Ratio]] = defaultdict(dict)
    below = Figure.objects.visible_to(user).filter(year=year).right_below(path).whole().select_related("organization")
    for figure in below.order_by("organization__position", "organization__code", "organization"):
        found[figure.organization][year.pk, figure.indicator, ""] = Ratio(figure.covered, figure.total)
    for child, stored in found.items():
        yield Row(child, {each.key: measure_of(each, child, year, stored, targets) for each in asked})
    if found and node.kind == Kind.COUNTY and (direct := _direct(year.pk, path, user)):
        measures = {each.key: replace(measure_of(each, node, year, direct, targets), is_direct=True) for each in asked}
        yield Row(node, measures, is_direct=True)


def _direct(year: int, path: str, user: Any) -> dict[Any, Ratio]:
    """Schools that stand directly under a reporting unit, without a town between."""
    counted = [each.key for each in indicators() if each.level in COUNTED]  # a town is a node of its own
    facts = Fact.objects.visible_to(user).filter(year=year, indicator__in=counted).right_below(path)
    counts = facts.values("indicator").annotate(done=Count("pk", filter=Q(covered=True)), total=Count("pk"))
    return {(year, each["indicator"], ""): Ratio(each["done"], each["total"]) for each in counts}
