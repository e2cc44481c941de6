"""A plan on paper, and the year's plans as one file."""

import re
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from apps.audit.models import Act
from apps.core import scope
from apps.jobs import running
from apps.jobs.enums import State as JobState
from apps.jobs.models import Job
from apps.plans import papers, services
from apps.plans.models import Plan
from tests.factories import workbooks
from tests.factories.plans import PlanFactory, WindowFactory

FILE = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def officer(jiaxing):
    return jiaxing.person("city_officer", jiaxing.city)


@pytest.fixture
def window(jiaxing):
    return WindowFactory()


@pytest.fixture
def hand_in(jiaxing, window):
    """`hand_in("南湖区")`: that unit's plan, submitted by its lead."""

    def make(county: str, *, files=(), **facts) -> Plan:
        lead = jiaxing.person("county_lead", jiaxing.county(county))
        plan = PlanFactory(organization=jiaxing.county(county), window=window, created_by=lead, **facts)
        if files:
            stages = list(plan.stages.values("title", "starts_on", "ends_on", "responsible"))
            plan = services.save(report=plan, by=lead, version=plan.version, stages=stages, files=files)
        return services.submit(report=plan, by=lead, version=plan.version)

    return make


@pytest.fixture
def approve(officer):
    def decide(plan: Plan) -> Plan:
        return services.approve(report=plan, slot="review", by=officer, version=plan.version)

    return decide


def text_of(paper: bytes) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages))


def attached(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, FILE + name.encode(), "application/pdf")


def test_a_plan_is_printed_as_an_official_paper(hand_in, window):
    plan = hand_in("南湖区", files=[attached("队室清单.pdf"), attached("名册.pdf")])
    text = text_of(papers.pdf(plan))
    handed_in = f"{plan.submitted_at.astimezone().year}年"
    expected = [
        f"南湖区{plan.year}年统筹城乡队建工作方案市少工委办公室：一、指导思想以学校为主体，扩大有效覆盖。",
        "二、目标任务",
        "村（社区）少先队组织覆盖率达到80%。",
        "四、实施步骤序号工作内容起止日期责任人1部署全年工作",
        f"{plan.year}-03-01至{plan.year}-03-31",
        "附件：",
        "1.队室清单",
        "2.名册",
        "南湖区少工委",
        "送审稿",
        "（负责人：李明，少工委主任；联系人：王芳，0573-00000000）",
    ]
    assert [fact for fact in [*expected, handed_in] if fact not in text] == []
    assert not re.search(r"〔\d{4}〕|(?<!序)号", text)  # no document number is made up


def test_the_word_document_says_the_same(hand_in):
    plan = hand_in("南湖区", files=[attached("队室清单.pdf")])
    document = docx.Document(BytesIO(papers.docx(plan)))
    lines = [(line.style.name, line.text) for line in document.paragraphs if line.text]
    assert lines[:3] == [
        ("Title", f"南湖区{plan.year}年统筹城乡队建工作方案"),
        ("主送机关", "市少工委办公室："),
        ("Heading 1", "一、指导思想"),
    ]
    assert [text for style, text in lines if style == "Heading 1"] == [
        "一、指导思想", "二、目标任务", "三、工作措施", "四、实施步骤", "五、责任分工", "六、保障机制",
    ]  # fmt: skip
    day = papers.paper(plan).day
    assert lines[-4:] == [
        ("附件说明", "附件：队室清单"),
        ("署名", "南湖区少工委"),
        ("成文日期", day),
        ("Normal", "（负责人：李明，少工委主任；联系人：王芳，0573-00000000）"),
    ]
    stages = document.tables[-1]
    assert [cell.text for cell in stages.rows[1].cells] == ["1", "部署全年工作", f"{plan.year}-03-01 至 {plan.year}-03-31", "办公室"]


@pytest.mark.parametrize(("state", "status"), [("draft", "草稿"), ("submitted", "送审稿"), ("approved", "")])
def test_a_paper_says_how_far_it_is(jiaxing, window, hand_in, approve, state, status):
    plan = PlanFactory(organization=jiaxing.county(), window=window) if state == "draft" else hand_in("南湖区")
    plan = approve(plan) if state == "approved" else plan
    said = papers.paper(plan)
    assert (said.status, said.signed_on is None) == (status, state == "draft")
    assert papers.filename(plan, "pdf").endswith(f"工作方案{f'（{status}）' if status else ''}.pdf")
    text = text_of(papers.pdf(plan))
    assert ("草稿" in text, "送审稿" in text) == (status == "草稿", status == "送审稿")


def test_an_approved_plan_prints_what_was_approved(hand_in, approve):
    plan = approve(hand_in("南湖区"))
    plan.texts = {**plan.texts, "guiding": "<p>后来改的话。</p>"}  # whatever the row says
    assert papers.paper(plan).parts[0].text == "<p>以学校为主体，扩大有效覆盖。</p>"


def test_an_empty_draft_is_printed_all_the_same(jiaxing, window):
    plan = PlanFactory(organization=jiaxing.county(), window=window, bare=True)
    assert text_of(papers.pdf(plan)).count("（未填写）") == 6
    assert docx.Document(BytesIO(papers.docx(plan)))
    assert papers.paper(plan).day == "\u3000\u3000年\u3000月\u3000日"


def test_figures_stand_at_the_head_of_the_targets(hand_in):
    plan = hand_in("南湖区")
    plan.figures = [
        {"key": "organization", "label": "组织覆盖", "covered": 40, "total": 80, "target": 80.0, "as_of": "2027-01-01"},
        {"key": "rooms", "label": "规范队室", "covered": 0, "total": 0, "target": None, "as_of": "2027-01-01"},
    ]
    parts = {part.heading: part for part in papers.paper(plan).parts}
    assert parts["二、目标任务"].figures == [["组织覆盖", "40", "80", "50.0%", "80%"], ["规范队室", "0", "0", "—", "—"]]
    head, *rows = docx.Document(BytesIO(papers.docx(plan))).tables[0].rows
    assert [cell.text for cell in head.cells] == papers.FIGURE_HEAD
    assert [cell.text for cell in rows[0].cells] == ["组织覆盖", "40", "80", "50.0%", "80%"]


@given(st.text(max_size=300))
def test_names_in_a_zip_are_safe(name):
    safe = papers.safe(name)
    assert 0 < len(safe) <= 92
    assert not re.search(r'[\\/:*?"<>|\x00-\x1f]', safe)
    assert safe.strip(" .") == safe


@pytest.mark.parametrize(
    ("name", "expected"),
    [("../../etc/passwd", "_.._etc_passwd"), ("..", "未命名"), ("方案?.pdf", "方案_.pdf"), (f"{'长' * 200}.pdf", f"{'长' * 80}.pdf")],
)
def test_names_keep_what_they_can(name, expected):
    assert papers.safe(name) == expected


def test_papers_are_taken_from_the_plans_page(jiaxing, hand_in):
    plan = hand_in("南湖区")
    client = jiaxing.signed_in(jiaxing.person("county_editor", jiaxing.county()))
    page = client.get(plan.get_absolute_url()).content.decode()
    for suffix, begins in (("pdf", b"%PDF"), ("docx", b"PK")):
        address = reverse("plans:paper", args=[plan.pk, suffix])
        assert address in page
        answer = client.get(address)
        assert (answer.content[: len(begins)], answer.headers["Content-Type"]) == (begins, papers.FORMATS[suffix])
        with scope.opened(scope.EVERYTHING):
            assert (Act.objects.latest("pk").verb, Act.objects.latest("pk").about) == ("export", f"{plan}（{suffix}）")
    assert client.get(reverse("plans:paper", args=[plan.pk, "exe"])).status_code == 404
    other = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county("秀洲区")))
    assert other.get(reverse("plans:paper", args=[plan.pk, "docx"])).status_code == 404


# The year as one file


def made(client, year: int, format: str) -> Job:
    """Asked for on the board, and done."""
    answer = client.post(reverse("plans:archive", args=[year, format]))
    job = Job.objects.latest("pk")
    assert answer.url == job.get_absolute_url()
    running.run(job.pk)
    return Job.objects.get(pk=job.pk)


@pytest.fixture
def client(jiaxing, officer):
    return jiaxing.signed_in(officer)


def test_a_years_plans_as_a_zip(client, hand_in, approve, window, caplog):
    approve(hand_in("南湖区", files=[attached("名册.pdf"), attached("名册（二）.pdf")]))
    lost = hand_in("海宁市", files=[attached("丢失.pdf")])
    default_storage.delete(lost.attachments.get().file.name)
    job = made(client, window.year, "zip")
    assert (job.state, job.filename, job.done, job.total) == (JobState.DONE, f"{window.year}年工作方案.zip", 2, 2)
    assert job.sentence.startswith("收入 2 个单位的工作方案；其中 1 份尚未通过，按送审稿印制；未上报或退回修改、未收入：秀洲区、")
    with job.file as file, ZipFile(file) as bundle:
        assert bundle.testzip() is None
        name = f"{window.year}年统筹城乡队建工作方案"
        assert sorted(bundle.namelist()) == sorted(
            [
                f"01 南湖区/南湖区{name}.pdf",
                f"01 南湖区/南湖区{name}.docx",
                "01 南湖区/附件/01 名册.pdf",
                "01 南湖区/附件/02 名册（二）.pdf",
                f"06 海宁市/海宁市{name}（送审稿）.pdf",
                f"06 海宁市/海宁市{name}（送审稿）.docx",
                "上报清单.xlsx",
            ]
        )
        assert bundle.read("01 南湖区/附件/01 名册.pdf") == FILE + "名册.pdf".encode()
        rows = workbooks.rows(bundle.read("上报清单.xlsx"), numbers=True)
    assert len(rows) == 11
    assert [rows[1][n] for n in (0, 1, 2, 4, 6, 7, 8)] == ["1", "南湖区", "已通过", "按时", "1", "2", "01 南湖区"]
    assert rows[2][1:3] == ["秀洲区", "未填报"]
    assert rows[6][9] == "附件“丢失.pdf”的文件已丢失，没有收入"


def test_a_years_plans_as_one_volume(client, hand_in, approve, window):
    for county in ("南湖区", "秀洲区", "海宁市"):
        approve(
            hand_in(
                county, texts={**dict.fromkeys(("guiding", "measures", "duties", "safeguards"), "<p>甲</p>"), "goals": "<p>乙</p>" * 30}
            )
        )
    job = made(client, window.year, "pdf")
    assert (job.state, job.filename, job.content_type) == (JobState.DONE, f"{window.year}年工作方案汇编.pdf", "application/pdf")
    with job.file as file:
        book = PdfReader(BytesIO(file.read()))
    texts = [re.sub(r"\s", "", page.extract_text()) for page in book.pages]
    assert (book.metadata.title, len(book.pages) % 2) == (f"嘉兴市{window.year}年统筹城乡队建工作方案汇编", 0)
    assert f"嘉兴市{window.year}年统筹城乡队建工作方案汇编市少工委办公室" in texts[0]
    outline = [(item.title, book.get_destination_page_number(item)) for item in book.outline]
    for (title, index), county in zip(outline, ("南湖区", "秀洲区", "海宁市"), strict=True):
        number = book.page_labels[index]
        assert title == f"{county}{window.year}年工作方案"
        assert texts[index].startswith(f"{county}{window.year}年统筹城乡队建工作方案市少工委办公室")
        assert texts[index].endswith(f"—{number}—")  # what is printed on the page is what the contents say
        assert f"{title}{number}" in texts[2]
        assert (index % 2, int(number) % 2) == (0, 1)  # a right-hand page
    assert "未收入的单位：嘉善县、" in texts[2]


@pytest.mark.parametrize("format", ["zip", "pdf"])
def test_a_year_without_plans_says_so(client, window, format):
    job = made(client, window.year, format)
    assert (job.state, job.sentence) == (JobState.FAILED, f"{window.year}年还没有单位上报工作方案。")


def test_a_year_that_was_never_opened_says_so(client, window):
    assert made(client, window.year + 1, "zip").sentence == f"{window.year + 1}年没有开放工作方案填报。"


def test_a_unit_gets_its_own_plan_alone(jiaxing, hand_in, window):
    """Whoever asks: the file holds what their role shows, no more."""
    hand_in("南湖区")
    hand_in("秀洲区")
    lead = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county()))
    job = made(lead, window.year, "zip")
    with job.file as file, ZipFile(file) as bundle:
        assert {name.split("/")[0] for name in bundle.namelist()} == {"01 南湖区", "上报清单.xlsx"}


def test_asking_twice_leads_to_the_same_job(client, hand_in, window):
    hand_in("南湖区")
    addresses = {client.post(reverse("plans:archive", args=[window.year, "zip"])).url for _ in range(2)}
    assert len(addresses) == 1
    assert client.post(reverse("plans:archive", args=[window.year, "exe"])).status_code == 404


def test_the_days_of_a_paper_are_days():
    assert [papers._day(day) for day in (date(2027, 3, 1), "2027-03-01", None, "")] == ["2027-03-01", "2027-03-01", "—", "—"]
