"""What can be covered. Apps declare an `Indicator` in their `indicators.py`, found the way Django finds `admin.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Expression, F, Func, Value
from django.utils.module_loading import autodiscover_modules

from apps.organizations.enums import Kind

CIRCULAR = date(2012, 1, 1)  # since when what the circular asks for is counted

Rows = Callable[[date], models.QuerySet]


@dataclass(frozen=True)
class Rule:
    """What counts from a day on: in words, and as two questions asked for a day.

    Both answer a `.values()` queryset, in sets and never row by row: `universe` of `organization_id`, `county_id` and, where the indicator
    has groups, `groups` (`sorted_into`); `covered` of `organization_id` and, where it has ways, `way`. What `covered` names beyond the
    universe does not count, so a ratio never passes 100 %.
    """

    since: date
    definition: str  # what counts and what does not (统计口径), shown beside every figure
    universe: Rows
    covered: Rows


@dataclass(frozen=True)
class Ease:
    """Why some of what is missing is easier to cover than the rest: in words, and as a question for the organizations it holds for."""

    label: str
    rows: Rows  # a queryset of one column, their keys


@dataclass(frozen=True)
class Indicator:
    """One ratio of the city's work: of the organizations in a universe, how many are covered, by the rule of the day.

    A write to a table of `sources` is in every level's figure at the next page.
    """

    key: str
    label: str
    level: Kind  # what is counted: places, schools, reporting units
    counted: str  # its word after a number: 个村（社区）, 所学校
    rules: tuple[Rule, ...]  # the oldest first; a figure of a past day is counted by the rule of that day
    sources: tuple[type[models.Model], ...]  # tables whose `scope_columns` say which organizations a row is about
    groups: Mapping[str, str] = field(default_factory=dict)  # what an organization may be, one or several: key → label
    ways: Mapping[str, str] = field(default_factory=dict)  # by what it may be covered, one or several: key → label
    eases: tuple[Ease, ...] = ()  # in which order to go on with what is missing, the easiest first
    position: int = 0

    def rule(self, day: date) -> Rule:
        """The newest one that holds on that day; before the first, the first."""
        return next((each for each in reversed(self.rules) if each.since <= day), self.rules[0])

    @property
    def done(self) -> str:
        """The word for a row that counts: a place or a school is reached, a reporting unit has done what is asked of it."""
        return "已完成" if self.level == Kind.COUNTY else "已覆盖"

    @property
    def undone(self) -> str:
        return "未完成" if self.level == Kind.COUNTY else "未覆盖"


def sorted_into(*groups: Expression | F) -> Func:
    """The groups that an organization is in: an array of the expressions' values, without those that are null."""
    array = Func(*groups, template="ARRAY[%(expressions)s]::text[]")
    return Func(array, Value(None), function="array_remove", output_field=ArrayField(models.TextField()))


_indicators: dict[str, Indicator] = {}


def register(indicator: Indicator) -> Indicator:
    """Called once for each indicator in an `indicators.py`."""
    _indicators[indicator.key] = indicator
    return indicator


@cache
def _discover() -> None:
    """Once: to look for the files that most apps do not have costs more than a figure."""
    autodiscover_modules("indicators")


def indicators() -> list[Indicator]:
    """Every declared indicator, in order."""
    _discover()
    return sorted(_indicators.values(), key=lambda each: (each.position, each.key))
