"""A plan as a paper: the official sheet (GB/T 9704-2012) as a PDF, and the same as a Word document. No document number is ever made up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString

from apps.core import documents
from apps.core.documents import blocks, sheet, word
from apps.core.lifecycle.enums import State, Verb
from apps.plans.models import Plan
from apps.plans.sections import STAGES

TO = "市少工委办公室"
FIGURES = "goals"  # the part at whose head the figures of the year stand
SUBJECT = "统筹城乡队建工作方案"
STATUS = {State.DRAFT: "草稿", State.RETURNED: "草稿", State.SUBMITTED: "送审稿", State.APPROVED: ""}
FIGURE_HEAD, FIGURE_WIDTHS = ["指标", "已完成", "总数", "比例", "目标"], [56, 25, 25, 25, 25]  # millimetres; 156 together
STAGE_HEAD, STAGE_WIDTHS = ["序号", "工作内容", "起止日期", "责任人"], [14, 68, 44, 30]
FORMATS = {"pdf": documents.PDF, "docx": documents.DOCX}
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


@dataclass(frozen=True)
class Part:
    """One section: its numbered heading, and what stands below it."""

    heading: str
    text: str = ""
    figures: Sequence[Sequence[str]] = ()
    stages: Sequence[Sequence[str]] = ()

    @property
    def html(self) -> SafeString:
        return sheet.html(self.text)

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.figures or self.stages)


@dataclass(frozen=True)
class Paper:
    """What a plan's paper says; an approved plan's is what was approved."""

    title: str
    status: str
    parts: Sequence[Part]
    attached: Sequence[str]
    signed_by: str
    signed_on: date | None
    note: str
    to: str = TO

    @property
    def day(self) -> str:
        """The date in Arabic numerals; a draft leaves it to be filled in."""
        return (
            f"{self.signed_on.year}年{self.signed_on.month}月{self.signed_on.day}日" if self.signed_on else "\u3000\u3000年\u3000月\u3000日"
        )


def paper(plan: Plan) -> Paper:
    said = content(plan)
    handed_in = timezone.localtime(plan.submitted_at).date() if plan.submitted_at and not plan.is_editable else None
    return Paper(
        title=f"{plan.organization}{plan.year}年{SUBJECT}",
        status=STATUS[State(plan.state)],
        parts=_parts(said),
        attached=[each["name"].rpartition(".")[0] or each["name"] for each in said["attachments"]],
        signed_by=plan.organization.office,
        signed_on=handed_in,
        note="；".join(f"{label}：{said[name]}" for name, label in (("leader", "负责人"), ("contact", "联系人")) if said.get(name)),
    )


def content(plan: Plan) -> dict[str, Any]:
    """What the plan says: of an approved one what was approved, whatever happened to its rows since."""
    if plan.state == State.APPROVED:
        step = plan.steps.filter(verb=Verb.APPROVE).last()
        if step is not None:
            return step.content
    return plan.content()


def pdf(plan: Plan, *, first_page: int = 1) -> bytes:
    """Raises DomainError where the machine sets no type."""
    context = {"paper": paper(plan), "figure_head": FIGURE_HEAD, "stage_head": STAGE_HEAD}
    return documents.pdf("plans/papers/plan.html", context, sheet=documents.OFFICIAL, first_page=first_page)


def docx(plan: Plan) -> bytes:
    said = paper(plan)
    written = word.Document(said.title, author=said.signed_by)
    if said.status:
        written.status(said.status)
    written.title(said.title)
    written.to(said.to)
    for part in said.parts:
        written.heading(part.heading, 1)
        if part.figures:
            written.rows(FIGURE_HEAD, part.figures, FIGURE_WIDTHS)
        if part.stages:
            written.rows(STAGE_HEAD, part.stages, STAGE_WIDTHS)
        written.text(part.text)
        if part.is_empty:
            written.paragraph("（未填写）")
    written.attached(list(said.attached))
    written.signature(said.signed_by, said.day)
    if said.note:
        written.paragraph(f"（{said.note}）")
    return written.save()


def filename(plan: Plan, suffix: str) -> str:
    return safe(
        f"{plan.organization}{plan.year}年{SUBJECT}{'' if plan.state == State.APPROVED else f'（{STATUS[State(plan.state)]}）'}.{suffix}"
    )


def safe(name: str) -> str:
    """A name that every system takes, wherever it came from: no way up, nothing hidden, not too long; it keeps its suffix."""
    cleaned = _FORBIDDEN.sub("_", name).strip(" .") or "未命名"
    stem, dot, suffix = cleaned.rpartition(".")
    is_suffix = dot and stem and suffix.isalnum() and len(suffix) <= 5
    return f"{stem[:80].rstrip(' .')}.{suffix}" if is_suffix else cleaned[:80].rstrip(" .")


def _parts(said: dict[str, Any]) -> list[Part]:
    return [
        Part(
            heading=f"{blocks.label(1, number)}{section['title']}",
            text=said["texts"].get(section["key"], ""),
            figures=[_figure(each) for each in said.get("figures", ())] if section["key"] == FIGURES else (),
            stages=[_stage(n, each) for n, each in enumerate(said[STAGES], start=1)] if section["key"] == STAGES else (),
        )
        for number, section in enumerate(said["sections"], start=1)
    ]


def _figure(figure: dict[str, Any]) -> list[str]:
    share, goal = figure["covered"] / figure["total"] if figure["total"] else None, figure.get("target")
    return [
        figure["label"],
        str(figure["covered"]),
        str(figure["total"]),
        "—" if share is None else f"{share:.1%}",
        "—" if goal is None else f"{goal:g}%",
    ]


def _stage(number: int, stage: dict[str, Any]) -> list[str]:
    days = [_day(stage[name]) for name in ("starts_on", "ends_on")]
    return [str(number), stage["title"], " 至 ".join(days), stage["responsible"]]


def _day(day: date | str | None) -> str:
    found = parse_date(day) if isinstance(day, str) else day
    return found.isoformat() if found else "—"
