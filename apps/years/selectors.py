"""Who reports what in a year, how far they are, and how the city has set the year."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from apps.core.lifecycle import standings
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.standings import Board, Standing
from apps.coverage.models import Target, Year
from apps.coverage.registry import indicators
from apps.coverage.selectors.targets import Targets
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.years import registry
from apps.years.models import LAST_YEAR, Exemption, Window
from apps.years.registry import Yearly
from apps.years.registry import kind as kind_of

DAYS = ("opens_on", "due_on", "closes_on")


def reporters(*, window: Window, user: Any) -> Any:
    """The units that the user sees and that report in this window, in the circular's order, as a queryset."""
    units = Organization.objects.in_scope(scope_for(user, f"{window.kind}.view")).counties()
    return units.exclude(pk__in=Exemption.objects.filter(window=window).values("organization"))


def missing(*, window: Window, user: Any) -> Any:
    """Those of them that have not handed in, or were asked to revise what they handed in."""
    handed_in = kind_of(window.kind).reports._default_manager.filter(window=window, state__in=[State.SUBMITTED, State.APPROVED])
    return reporters(window=window, user=user).exclude(pk__in=handed_in.values("organization"))


def owing(*, window: Window) -> Any:
    """Every unit that must hand in and has not; for an engine that sees everything."""
    handed_in = kind_of(window.kind).reports.objects.filter(window=window, state__in=[State.SUBMITTED, State.APPROVED])
    exempted = Exemption.objects.filter(window=window)
    return Organization.objects.counties().exclude(pk__in=exempted.values("organization")).exclude(pk__in=handed_in.values("organization"))


# How far a year is


@dataclass(frozen=True)
class Progress:
    """One kind of report in a year, among the units that the user sees."""

    kind: Yearly
    window: Window
    board: Board
    exemptions: tuple[Exemption, ...]

    @property
    def url(self) -> str:
        return f"{self.kind.list_url}?year={self.window.year}"

    @property
    def missing(self) -> tuple[Standing, ...]:
        return tuple(each for each in self.board.standings if not each.is_handed_in)

    @property
    def undecided(self) -> tuple[Standing, ...]:
        return tuple(each for each in self.board.standings if each.is_handed_in and not each.is_settled)

    @property
    def late(self) -> int:
        return sum(each.is_handed_in and each.report.is_late for each in self.board.standings)


def progress(*, windows: Sequence[Window], user: Any) -> Iterator[Progress]:
    """How far each of these is, in the order of the registry. Three queries each."""
    for kind in registry.kinds():
        for window in (each for each in windows if each.kind == kind.key):
            reports = kind.reports.objects.visible_to(user).filter(window=window).select_related("organization", "window")
            board = standings.board(year=window.year, units=reporters(window=window, user=user), reports=reports)
            exempted = Exemption.objects.visible_to(user).filter(window=window).select_related("organization")
            yield Progress(kind, window, board, tuple(exempted.order_by("organization__position")))


@dataclass(frozen=True)
class Standpoint:
    """One year as a whole: what is set for it, and whether it is closed."""

    year: int
    windows: tuple[Window, ...]
    closed: Year | None
    today: date

    @property
    def state(self) -> str:
        if self.closed:
            return "已关闭"
        if not self.windows:
            return "未开放"
        if any(window.is_open(self.today) for window in self.windows):
            return "填报中"
        return "未开始" if all(self.today < window.opens_on for window in self.windows) else "已截止"

    @property
    def tone(self) -> str:
        return {"已关闭": "muted", "填报中": "success", "未开始": "info", "已截止": "warning"}.get(self.state, "open")

    @property
    def is_over(self) -> bool:
        return self.today.year > self.year

    @property
    def may_close(self) -> bool:
        return self.is_over and not self.closed


def standpoint(year: int, *, today: date) -> Standpoint:
    closed = Year.objects.closed().filter(pk=year).first()
    return Standpoint(year, tuple(Window.objects.of_year(year)), closed, today)


def standpoints(*, today: date) -> list[Standpoint]:
    """Every year that is set or was counted, and the next one to set; newest first."""
    windows: dict[int, list[Window]] = {}
    for window in Window.objects.all():
        windows.setdefault(window.year, []).append(window)
    counted = {year.pk: year for year in Year.objects.all()}
    known = {*windows, *counted, today.year}
    years = sorted(known | ({next_to_open(known)} - {LAST_YEAR + 1}), reverse=True)
    closed = {key: year for key, year in counted.items() if year.is_closed}
    return [Standpoint(year, tuple(windows.get(year, ())), closed.get(year), today) for year in years]


def next_to_open(known: set[int]) -> int:
    return max(known) + 1


# How a year is set


@dataclass(frozen=True)
class KindSettings:
    """When one kind is taken, whether it is signed, and which units need not report it: their keys, each with the reason."""

    opens_on: date
    due_on: date
    closes_on: date
    needs_sign_off: bool = False
    exempted: Mapping[int, str] = field(default_factory=dict)

    @property
    def days(self) -> dict[str, date]:
        return {name: getattr(self, name) for name in DAYS}


@dataclass(frozen=True)
class YearSettings:
    """Everything that the city sets for a year: kinds by their keys, and the targets that the year has of its own."""

    kinds: Mapping[str, KindSettings]
    targets: Mapping[str, Decimal]

    @property
    def fingerprint(self) -> str:
        """The same for the same settings: a page over them sends along what it showed."""
        kinds = [
            (key, *each.days.values(), each.needs_sign_off, *sorted(each.exempted.items())) for key, each in sorted(self.kinds.items())
        ]
        targets = [(key, f"{percent:.2f}") for key, percent in sorted(self.targets.items())]
        return hashlib.sha256(repr((kinds, targets)).encode()).hexdigest()[:16]


def stored(year: int) -> YearSettings:
    """The year as it is set; a kind that is not set is not there."""
    windows = Window.objects.of_year(year).prefetch_related("exemptions")
    targets = Target.objects.filter(year=year, county__isnull=True).values_list("indicator", "percent")
    return YearSettings({window.kind: _settings_of(window) for window in windows}, dict(targets))


def proposed(year: int) -> YearSettings:
    """The same, where a kind that is not set is as it was in its last year, moved; else as its app proposes."""
    now = stored(year)
    return YearSettings({kind.key: now.kinds.get(kind.key) or _proposed(kind, year) for kind in registry.kinds()}, now.targets)


def _settings_of(window: Window) -> KindSettings:
    exempted = {each.organization_id: each.reason for each in window.exemptions.all()}
    return KindSettings(window.opens_on, window.due_on, window.closes_on, window.needs_sign_off, exempted)


def _proposed(kind: Yearly, year: int) -> KindSettings:
    before = Window.objects.of_kind(kind.key).before(year).prefetch_related("exemptions").first()
    if before is None:
        days = kind.days(year)
        return KindSettings(days["opens_on"], days["due_on"], days["closes_on"])
    last = _settings_of(before)
    opens_on, due_on, closes_on = (_moved(day, year - before.year) for day in last.days.values())
    return KindSettings(opens_on, due_on, closes_on, last.needs_sign_off, last.exempted)


def _moved(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 28."""
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def carried_targets(year: int) -> dict[str, tuple[int, Decimal]]:
    """Per indicator the earlier target that holds in this year unless it has its own: since when, and how much."""
    since: dict[str, tuple[int, Decimal]] = {}
    for target in Target.objects.filter(year__lt=year, county__isnull=True).order_by("year"):
        since[target.indicator] = (target.year, target.percent)
    return since


def targets_of(year: int) -> list[tuple[str, Decimal | None]]:
    """The label of each indicator and the city's target that holds in this year."""
    targets = Targets(Target.objects.all())
    return [(each.label, targets.of(each.key, year, None)) for each in indicators()]


def haste(*, year: int, now: YearSettings, then: YearSettings) -> list[str]:
    """What the units would call "needed this afternoon": due days that come too soon, or are moved forward. One sentence each."""
    today, found = timezone.localdate(), []
    for key, kind in then.kinds.items():
        label, before = f"{year}年{kind_of(key).label}", now.kinds.get(key)
        if before and before.due_on == kind.due_on:
            continue
        left = (kind.due_on - today).days
        if before and kind.due_on < before.due_on:
            found.append(f"{label}的上报期限从 {before.due_on:%Y-%m-%d} 提前到 {kind.due_on:%Y-%m-%d}。")
        if left < 0:
            found.append(f"{label}的上报期限 {kind.due_on:%Y-%m-%d} 已经过去，各单位上报时都按逾期记录。")
        elif left < settings.MINIMUM_NOTICE_DAYS:
            found.append(f"{label}的上报期限 {kind.due_on:%Y-%m-%d} 距今天只有 {left} 天，少于 {settings.MINIMUM_NOTICE_DAYS} 天。")
    return found


@dataclass(frozen=True)
class Effect:
    """What saving does for one kind of report."""

    label: str
    sentences: tuple[str, ...]
    reporting: tuple[Organization, ...]
    exempted: tuple[tuple[Organization, str], ...]


def effects(*, year: int, now: YearSettings, then: YearSettings, units: Sequence[Organization]) -> list[Effect]:
    """What will happen when the settings are saved, kind by kind, and what it changes."""
    return [_effect(kind_of(key), year, now.kinds.get(key), kind, units) for key, kind in then.kinds.items()]


def _effect(kind: Yearly, year: int, before: KindSettings | None, then: KindSettings, units: Sequence[Organization]) -> Effect:
    reporting = tuple(unit for unit in units if unit.pk not in then.exempted)
    opens = f"{then.opens_on:%Y-%m-%d} 起" if then.opens_on > timezone.localdate() else "保存后立即"
    sentences = [
        f"{opens}，{len(reporting)} 个单位会看到并可以填报{year}年{kind.label}。",
        f"{then.due_on:%Y-%m-%d} 24 时前上报的为按时；此后到 {then.closes_on:%Y-%m-%d} 24 时仍可上报，按逾期记录。",
    ]
    if then.needs_sign_off:
        sentences.append("工作人员审核后，还须负责人签发才算通过。")
    if before:
        sentences += _changes(before, then)
    exempted = tuple((unit, then.exempted[unit.pk]) for unit in units if unit.pk in then.exempted)
    return Effect(kind.label, tuple(sentences), reporting, exempted)


def _changes(before: KindSettings, then: KindSettings) -> Iterator[str]:
    for name, day in before.days.items():
        if day != getattr(then, name):
            yield f"{Window._meta.get_field(name).verbose_name}由 {day:%Y-%m-%d} 改为 {getattr(then, name):%Y-%m-%d}。"  # type: ignore[union-attr]
    if before.needs_sign_off != then.needs_sign_off:
        yield f"签发要求由“{'须签发' if before.needs_sign_off else '不须签发'}”改为“{'须签发' if then.needs_sign_off else '不须签发'}”。"


def aims(*, now: YearSettings, then: YearSettings, carried: Mapping[str, tuple[int, Decimal]]) -> list[str]:
    """What saving does to the year's targets, indicator by indicator."""
    found = []
    for each in indicators():
        before, after = now.targets.get(each.key), then.targets.get(each.key)
        if before != after:
            holds = carried[each.key][1] if each.key in carried else None
            old, new = before if before is not None else holds, after if after is not None else holds
            found.append(f"{each.label}的目标由 {_percent(old)} 改为 {_percent(new)}。")
    return found


def _percent(value: Decimal | None) -> str:
    return "未设" if value is None else f"{value.normalize():f}%"
