"""The year's plans as one file: a zip of every unit's papers and attachments, or one bound volume. Both are made plan by plan."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files.storage import default_storage
from django.utils import timezone
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle
from pypdf.generic import NameObject, TextStringObject

from apps.core import archives, documents
from apps.core.errors import DomainError
from apps.core.exports import Sheet, workbook
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.standings import Standing
from apps.jobs.models import Job
from apps.jobs.progress import Progress
from apps.jobs.registry import Result, kind
from apps.plans import papers
from apps.plans.models import Plan
from apps.plans.selectors import boards
from apps.years.models import Window

log = logging.getLogger(__name__)

ZIP, VOLUME = "plans.archive", "plans.volume"
TITLES = {ZIP: "工作方案汇总（文件包）", VOLUME: "工作方案汇编（合订本）"}
LIST_HEAD = ("序号", "报送单位", "状态", "上报时间", "是否逾期", "通过时间", "登记编号", "附件数", "文件夹", "备注")
LIST_WIDTHS = (6, 16, 10, 18, 10, 18, 10, 8, 24, 30)
LOST = "附件“{}”的文件已丢失，没有收入"


@kind(ZIP, permission="plans.view")
def archive(job: Job, progress: Progress) -> Result:
    """Each unit's plan as PDF and as Word, its attachments, and a list of who has handed in and who has not."""
    standings, handed_in = _year(job)
    progress.total = len(handed_in)
    file = TemporaryFile()  # noqa: SIM115  the engine closes it
    rows = []
    with ZipFile(file, "w", ZIP_DEFLATED) as bundle:
        for number, standing in enumerate(standings, start=1):
            if standing not in handed_in:
                rows.append(_row(number, standing, "", ""))
                continue
            progress.say(str(standing.organization))
            folder = papers.safe(f"{number:02} {standing.organization}")
            rows.append(_row(number, standing, folder, "；".join(_pack(bundle, folder, standing.report))))
            progress.done += 1
        progress.say("清单")
        listed = workbook([Sheet("上报清单", LIST_HEAD, rows, LIST_WIDTHS)])
        bundle.writestr("上报清单.xlsx", listed.read())
    file.seek(0)
    return Result(file, f"{job.arguments['year']}年工作方案.zip", "application/zip", _sentence(standings, handed_in))


@kind(VOLUME, permission="plans.view")
def volume(job: Job, progress: Progress) -> Result:
    """A cover, the contents, and every plan from a right-hand page on, numbered through."""
    standings, handed_in = _year(job)
    year = job.arguments["year"]
    entries: list[dict[str, Any]] = []
    writer = PdfWriter()
    for standing in progress.over(handed_in, note=lambda each: str(each.organization)):
        first = len(writer.pages) + 1
        entries.append({"title": str(standing.report), "page": first})
        _bind(writer, papers.pdf(standing.report, first_page=first))
    missing = [str(each.organization) for each in standings if each not in handed_in]
    title = f"嘉兴市{year}年{papers.SUBJECT}汇编"
    context = {
        "title": title,
        "lines": ("嘉兴市", f"{year}年{papers.SUBJECT}", "汇　编"),
        "by": job.hat.organization.office,
        "day": timezone.localdate(),
        "entries": entries,
        "missing": f"未上报或退回修改、未收入的单位：{'、'.join(missing)}。" if missing else "",
        "blank": True,
    }
    front = PdfWriter()
    _bind(front, documents.pdf("plans/papers/front.html", context, sheet=documents.OFFICIAL))
    return Result(_joined(front, writer, entries, title), f"{year}年工作方案汇编.pdf", documents.PDF, _sentence(standings, handed_in))


def _year(job: Job) -> tuple[Sequence[Standing], list[Standing]]:
    """Every unit that the owner sees, and those of them whose plan is handed in."""
    window = Window.objects.of_kind("plans").filter(year=job.arguments["year"]).first()
    if window is None:
        raise DomainError(f"{job.arguments['year']}年没有开放工作方案填报。")
    standings = boards.board(window=window, user=job.owner).standings
    handed_in = [each for each in standings if each.is_handed_in]
    if not handed_in:
        raise DomainError(f"{job.arguments['year']}年还没有单位上报工作方案。")
    return standings, handed_in


def _sentence(standings: Sequence[Standing], handed_in: Sequence[Standing]) -> str:
    missing = [str(each.organization) for each in standings if each not in handed_in]
    drafts = sum(each.report.state != State.APPROVED for each in handed_in)
    found = [f"收入 {len(handed_in)} 个单位的工作方案"]
    if drafts:
        found.append(f"其中 {drafts} 份尚未通过，按送审稿印制")
    if missing:
        found.append(f"未上报或退回修改、未收入：{'、'.join(missing)}")
    return "；".join(found) + "。"


def _pack(bundle: ZipFile, folder: str, plan: Plan) -> Iterator[str]:
    """Put a plan's papers and attachments into its folder; yields what is to be remarked."""
    bundle.writestr(f"{folder}/{papers.filename(plan, 'pdf')}", papers.pdf(plan))
    bundle.writestr(f"{folder}/{papers.filename(plan, 'docx')}", papers.docx(plan))
    for number, each in enumerate(papers.content(plan)["attachments"], start=1):
        name = papers.safe(f"{number:02} {each['name']}")
        try:
            with default_storage.open(f"plans/{plan.pk}/{each['sha256']}") as source:
                archives.put(bundle, f"{folder}/附件/{name}", source)
        except FileNotFoundError:
            log.exception("attachment %s of plan %s has lost its file", each["sha256"], plan.pk)
            yield LOST.format(each["name"])


def _row(number: int, standing: Standing, folder: str, remark: str) -> list[str | int]:
    plan = standing.report
    if plan is None:
        return [number, str(standing.organization), standing.state_label, "", "", "", "", "", "", remark]
    count = len(papers.content(plan)["attachments"])
    late = "逾期" if plan.is_late else "按时"
    approved = _moment(plan.decided_at) if plan.state == State.APPROVED else ""
    known = plan.number if plan.number is not None else ""
    return [
        number,
        str(standing.organization),
        standing.state_label,
        _moment(plan.submitted_at),
        late,
        approved,
        known,
        count,
        folder,
        remark,
    ]


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _bind(writer: PdfWriter, paper: bytes) -> None:
    """Its pages, and a blank one where they end on a right-hand page: each part begins on a right-hand page of its own."""
    pages = PdfReader(BytesIO(paper)).pages
    for page in pages:
        writer.add_page(page)
    if len(pages) % 2:
        writer.add_page(PageObject.create_blank_page(width=pages[0].mediabox.width, height=pages[0].mediabox.height))


def _joined(front: PdfWriter, body: PdfWriter, entries: Sequence[dict[str, Any]], title: str) -> IO[bytes]:
    """The front before the body, with an outline, and the page numbers that are printed on them."""
    book = PdfWriter()
    book.pdf_header = "%PDF-1.7"
    before = len(front.pages)
    for part in (front, body):
        for page in part.pages:
            book.add_page(page)
    for entry in entries:
        book.add_outline_item(title=entry["title"], page_number=before + entry["page"] - 1)
    book.set_page_label(0, before - 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    book.set_page_label(before, len(book.pages) - 1, style=PageLabelStyle.DECIMAL, start=1)
    book.add_metadata({"/Title": title, "/Author": "嘉兴市少先队统筹城乡队建工作平台"})
    book.root_object[NameObject("/Lang")] = TextStringObject("zh-CN")
    book.compress_identical_objects()
    file = TemporaryFile()  # noqa: SIM115  the engine closes it
    book.write(file)
    file.seek(0)
    return file
