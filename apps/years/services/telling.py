"""Who is told what about a year: the city of applications, a unit of answers, everybody of what changes for them."""

from typing import Any

from django.urls import reverse

from apps.notices.enums import Kind
from apps.notices.services import tell
from apps.organizations.models import Organization
from apps.years.enums import Answer
from apps.years.models import Extension, Reopening
from apps.years.registry import kind as kind_of
from apps.years.selectors import YearSettings


def year_set(*, year: int, before: YearSettings, after: YearSettings) -> None:
    """Each unit that reports: a year was opened, or a due day has moved."""
    units = list(Organization.objects.counties())
    for key, kind in after.kinds.items():
        was, label = before.kinds.get(key), f"{year}年{kind_of(key).label}"
        if was is not None and was.due_on == kind.due_on:
            continue
        due = f"{kind.due_on:%Y-%m-%d}"
        title = f"{label}的上报期限改为 {due}" if was else f"{label}已安排：{due} 前上报"
        text = f"{kind.opens_on:%Y-%m-%d} 开始填报，{due} 24 时前上报为按时，{kind.closes_on:%Y-%m-%d} 截止。"
        for unit in units:
            if unit.pk not in kind.exempted:
                tell(
                    kind=Kind.YEAR,
                    to=f"{key}.edit",
                    organization=unit,
                    title=title,
                    text=text,
                    url=kind_of(key).list_url,
                    key=f"years.{key}.{year}.due.{due}.{unit.pk}",
                )


def asked(extension: Extension) -> None:
    text = f"希望延至 {extension.wanted_until:%Y-%m-%d}。理由：{extension.reason}"
    _about(extension, "years.open", f"{extension.organization}申请{extension.window.label}延期", text, "asked")


def withdrawn(extension: Extension) -> None:
    _about(extension, "years.open", f"{extension.organization}撤回了{extension.window.label}的延期申请", "", "withdrawn")


def answered(extension: Extension) -> None:
    if extension.answer == Answer.GRANTED:
        title, text = f"{extension.window.label}已批准延至 {extension.until:%Y-%m-%d}", "到期自动关闭，上报时仍按逾期记录。"
    else:
        title, text = f"{extension.window.label}的延期申请没有批准", ""
    _about(extension, f"{extension.window.kind}.edit", title, f"{text}{extension.note}", "answered")


def closed(year: int) -> None:
    """Every unit: from now on nothing of that year changes."""
    url = reverse("years:year", args=[year])
    text = "数字、名单和材料不再变动；确有错误的，请联系市少工委办公室更正。"
    for unit in Organization.objects.counties():
        title, key = f"{year}年度已关闭", f"years.{year}.closed.{unit.pk}"
        tell(kind=Kind.YEAR, to="years.view", organization=unit, title=title, text=text, url=url, key=key)


def reopened(reopening: Reopening, report: Any) -> None:
    window = reopening.window
    tell(
        kind=Kind.YEAR,
        to=f"{window.kind}.edit",
        organization=reopening.organization,
        title=f"{window.label}重新开放至 {reopening.until:%Y-%m-%d}",
        text=f"更正原因：{reopening.reason}",
        url=report.get_absolute_url() if report else kind_of(window.kind).list_url,
        key=f"years.reopening.{reopening.pk}",
    )


def _about(extension: Extension, to: str, title: str, text: str, event: str) -> None:
    url, key = extension.get_absolute_url(), f"years.extension.{extension.pk}.{event}"
    tell(kind=Kind.EXTENSION, to=to, organization=extension.organization, title=title, text=text, url=url, key=key)
