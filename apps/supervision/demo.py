"""Made-up supervision reports: received from 2012 to last year, and this year's on their way."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from django.db.models.functions import Coalesce

from apps.accounts.models import User
from apps.core.lifecycle.enums import State, Verb
from apps.core.lifecycle.models import as_shown
from apps.organizations.demo import person_name
from apps.organizations.demo.stories import moment, write_locked, write_remarks
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, RoleHolding
from apps.supervision.models import Inspection, Step, SupervisionReport
from apps.years.models import FIRST_YEAR, Window

# This year, in the circular's order; a None has not begun.
THIS_YEAR = (
    State.DRAFT,
    State.SUBMITTED,
    State.APPROVED,
    State.RETURNED,
    State.SUBMITTED,
    State.APPROVED,
    State.APPROVED,
    None,
    State.SUBMITTED,
    None,
)
SLOW = (7, 8, 9)  # the zones and the city's own schools: measures and body came in 2013
FINDINGS = (
    ("个别中队阵地更新不及时。", "已督促更新，期末复查合格。"),
    ("雏鹰假日小队活动记录不全。", "已补齐记录，并建立活动登记制度。"),
    ("队室面积偏小，旗架破损。", "已调换用房，重新配置旗架。"),
    ("新任辅导员尚未参加培训。", "已安排参加下一期培训。"),
    ("无", ""),
)
REASON = "请补充第 1 次督导的整改情况后重新上报。"
REMARKS = {"inspections": "第 1 次督导发现的问题是否已经整改，请写明。"}


def load(*, today: date, random: Random) -> None:
    """A window of every year; a report of every unit for those that are over, and of most for the running one."""
    windows = Window.objects.bulk_create(Window.proposed("supervision", year) for year in range(FIRST_YEAR, today.year + 1))
    city = Organization.objects.get(kind=Kind.CITY)
    holdings = RoleHolding.objects.filter(role__in=["county_lead", "city_officer"]).prefetch_related("group__user_set")
    people = {holding.organization_id: holding.group.user_set.all()[0] for holding in holdings}
    reports: list[SupervisionReport] = []
    inspections: list[Inspection] = []
    for number, county in enumerate(Organization.objects.counties()):
        head = f"{person_name(random)}（副主任）"
        for window in windows:
            state = THIS_YEAR[number] if window.year == today.year else State.APPROVED
            if state:
                report = _report(county, window, state, people[county.pk], is_slow=number in SLOW)
                report.body_head = head if report.body_name else ""
                _date(report, today, random)
                reports.append(report)
                inspections += _inspections(report, today, random)
    write_locked(SupervisionReport, reports, lambda: Inspection.objects.bulk_create(inspections))
    stored = SupervisionReport.objects.select_related("window", "organization", "created_by").prefetch_related("inspections")
    steps = Step.objects.bulk_create(step for report in stored for step in _steps(report, people[city.pk], city))
    write_remarks((step, (city, REMARKS)) for step in steps if step.verb == Verb.RETURN)
    SupervisionReport.objects.update(updated_at=Coalesce("decided_at", "submitted_at", "created_at"))


def _report(county: Organization, window: Window, state: State, by: User, *, is_slow: bool) -> SupervisionReport:
    since = FIRST_YEAR + is_slow
    report = SupervisionReport(organization=county, county=county, window=window, state=state, created_by=by)
    if window.year >= since:
        report.measures_title, report.measures_issued_on = f"{county}少先队工作督导办法（试行）", date(since, 4, 20)
        report.body_name, report.body_set_up_on = f"{county}少先队工作督导组", date(since, 5, 8)
    return report


def _date(report: SupervisionReport, today: date, random: Random) -> None:
    """Reported in December, received before the year ends; this year's in the last weeks."""
    day = date(report.year, 12, random.randint(3, 18)) if report.year < today.year else today - timedelta(days=random.randint(3, 12))
    report.created_at = moment(day - timedelta(days=1), random)
    if report.state != State.DRAFT:
        report.submitted_at, report.submitted_by = moment(day, random), report.created_by
    if report.state in (State.APPROVED, State.RETURNED):
        report.decided_at = moment(day + timedelta(days=2), random)


def _inspections(report: SupervisionReport, today: date, random: Random) -> Iterator[Inspection]:
    """Two or three a year, of the schools' organisations in general: the demo names no school as wanting."""
    last = min(date(report.year, 11, 30), today - timedelta(days=15))
    first = date(report.year, 1, 1)
    days = sorted(first + timedelta(days=random.randint(0, max((last - first).days, 0))) for _ in range(random.randint(2, 3)))
    for position, held_on in enumerate(days, start=1):
        findings, rectification = random.choice(FINDINGS)
        facts: dict[str, Any] = {"held_on": held_on, "findings": findings, "rectification": rectification}
        if report.state == State.RETURNED and position == 1:
            facts |= {"findings": FINDINGS[0][0], "rectification": ""}
        yield Inspection(report=report, position=position, place=f"{report.organization}第{position}片学校", **facts, **report.tenancy())


def _steps(report: SupervisionReport, officer: User, city: Organization) -> Iterator[Step]:
    """The way of a report to its state, as the lifecycle would have recorded it."""
    names = ("held_on", "place", "findings", "rectification")
    inspections = [{name: getattr(each, name) for name in names} for each in report.inspections.all()]
    content = {name: getattr(report, name) for name in report.content_fields} | {"inspections": inspections}
    facts = {"report": report, "content": content, "shown": as_shown(report), **report.tenancy()}
    if report.submitted_at:
        yield Step(verb=Verb.SUBMIT, by=report.created_by, on_behalf_of=report.organization.office, at=report.submitted_at, **facts)
    if report.decided_at and report.state == State.APPROVED:
        yield Step(verb=Verb.APPROVE, slot="review", by=officer, on_behalf_of=city.office, at=report.decided_at, edition=1, **facts)
    if report.decided_at and report.state == State.RETURNED:
        yield Step(verb=Verb.RETURN, by=officer, on_behalf_of=city.office, at=report.decided_at, reason=REASON, **facts)
