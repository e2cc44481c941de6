"""A number as the pages know it: so many of so many, for one indicator at one node in one year, and what is to be reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from apps.coverage.models import Year
from apps.coverage.registry import Indicator
from apps.coverage.selectors.targets import Targets
from apps.organizations.models import Organization

NEAR = Decimal(10)  # percentage points: as far as this below what should be reached, a figure is near it
NONE = "—"


@dataclass(frozen=True)
class Ratio:
    """So many of so many; nothing to count is no percentage."""

    covered: int = 0
    total: int = 0

    @property
    def value(self) -> float | None:
        return self.covered / self.total if self.total else None

    @property
    def percent(self) -> Decimal | None:
        """The share as it is printed, with one decimal: whoever subtracts two printed shares gets the printed difference."""
        return None if self.value is None else Decimal(f"{100 * self.value:.1f}")

    def rise(self, then: "Ratio") -> Decimal | None:
        """By how many percentage points the share rose since then; None where either is none."""
        return None if self.percent is None or then.percent is None else self.percent - then.percent

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


def measure_of(indicator: Indicator, node: Organization, year: Year, stored: Mapping[Any, Ratio], targets: Targets) -> Measure:
    def ratio(part: str = "") -> Ratio:
        return stored.get((year.pk, indicator.key, part), Ratio())

    parts, ways = (tuple(Part(key, label, ratio(key)) for key, label in labels.items()) for labels in (indicator.groups, indicator.ways))
    path = targets.path(indicator.key, year.pk, node.county_id)
    expected = path.on(year.computed_on or year.day(timezone.localdate())) if path else None
    return Measure(indicator, node, year.pk, ratio(), targets.of(indicator.key, year.pk, node.county_id), expected, parts, ways)


def signed(number: Decimal | None) -> str:
    """A rise or a fall, as it is printed."""
    if number is None:
        return NONE
    return f"{'+' if number > 0 else '−'}{abs(number)}" if number else "持平"
