"""What can be covered. Apps declare an `Indicator` in their `indicators.py`, found the way Django finds `admin.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import models
from django.utils.module_loading import autodiscover_modules

from apps.organizations.enums import Kind

Rows = Callable[[date], models.QuerySet]


@dataclass(frozen=True)
class Indicator:
    """One ratio of the city's work: of the organizations in `universe`, how many are in `covered`.

    Both are asked for a day and answer a `.values()` queryset, in sets and never row by row: `universe` of `organization_id`,
    `county_id` and `group` (a key of `groups`; "" where there is no breakdown), `covered` of `organization_id`. What `covered` names
    beyond the universe does not count, so a ratio never passes 100 %. A write to a table of `sources` is in every level's figure at the
    next page.
    """

    key: str
    label: str
    definition: str  # what counts and what does not (统计口径), shown beside every figure
    level: Kind  # what is counted: places, schools, reporting units
    counted: str  # its word after a number: 个村（社区）, 所学校
    universe: Rows
    covered: Rows
    sources: tuple[type[models.Model], ...]  # tables with organization_id and county_id
    groups: Mapping[str, str] = field(default_factory=dict)  # key → label: rural / integrated / urban
    position: int = 0

    @property
    def done(self) -> str:
        """The word for a row that counts: a place or a school is reached, a reporting unit has done what is asked of it."""
        return "已完成" if self.level == Kind.COUNTY else "已覆盖"

    @property
    def undone(self) -> str:
        return "未完成" if self.level == Kind.COUNTY else "未覆盖"


_indicators: dict[str, Indicator] = {}


def register(indicator: Indicator) -> Indicator:
    """Called once for each indicator in an `indicators.py`."""
    _indicators[indicator.key] = indicator
    return indicator


def indicators() -> list[Indicator]:
    """Every declared indicator, in order."""
    autodiscover_modules("indicators")
    return sorted(_indicators.values(), key=lambda each: (each.position, each.key))
