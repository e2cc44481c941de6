"""The pages on which ledgers come and go: who has which, what a file's page shows in each state, and nobody else's file."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from python_calamine import CalamineWorkbook

from apps.audit.models import Act
from apps.exchange import forms
from apps.exchange.models import Line, Upload
from apps.exchange.services import uploads
from apps.jobs.models import Job
from apps.organizations.models import School
from tests.factories.exchange import confirmed, finished, send, taken_back, workbook
from tests.factories.html import as_sent
from tests.factories.organizations import SchoolFactory, UnitFactory

FACTS = {"area": "城镇", "type": "中心小学", "strength": "一般学校", "class_count": 12, "member_count": 480}
HOME = "/exchange/"
IMPORT = "/exchange/schools/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county())


@pytest.fixture
def client(jiaxing, lead):
    return jiaxing.signed_in(lead)


@pytest.fixture
def rows(jiaxing):
    """One school that is known and changes, one that is new."""
    jiaxing.school(name="第一小学", class_count=20)
    town = jiaxing.town().name
    return [{"town": town, "name": "第一小学", **FACTS, "class_count": 24}, {"town": town, "name": "新建小学", **FACTS}]


@pytest.fixture
def wrong(rows):
    return [*rows, {**rows[0], "name": "第二小学", "area": "郊区"}]


def file(content: bytes = b"x", name: str = "台账.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def text(answer: Any) -> str:
    return answer.content.decode()


def sheet(answer: Any) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()


def job_ends(upload: Upload, sentence: str) -> None:
    """Its job has failed, and says so."""
    Job.objects.filter(pk=Upload.objects.get(pk=upload.pk).job_id).update(state="failed", sentence=sentence, finished_at=timezone.now())


# Who has what


@pytest.mark.parametrize(
    ("role", "place", "bring", "take"),
    [
        ("county_lead", "county", 6, 6),
        ("town_counselor", "town", 3, 6),
        ("school_counselor", "school", 3, 6),
        ("city_officer", "city", 0, 6),
        ("sysadmin", "city", 0, 6),
    ],
)
def test_everybody_sees_the_ledgers_that_are_theirs(jiaxing, role, place, bring, take):
    where = jiaxing.city if place == "city" else getattr(jiaxing, place)()
    page = jiaxing.signed_in(jiaxing.person(role, where)).get(HOME)
    organizations = [offer for offer in page.context["offers"] if offer.ledger.reading == "organizations.view"]
    assert (sum(offer.may_bring for offer in organizations), sum(offer.may_take for offer in organizations)) == (bring, take)
    assert ("导入记录" in text(page)) == any(offer.may_bring for offer in page.context["offers"])


def test_a_ledger_is_brought_in_by_whoever_holds_its_permission(jiaxing, client):
    assert client.get(IMPORT).status_code == 200
    assert client.get("/exchange/nothing/").status_code == 404
    city = jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city))
    assert [city.get(IMPORT).status_code, city.post(IMPORT, {"file": file()}).status_code] == [403, 403]
    assert [city.get(f"{IMPORT}{name}").status_code for name in ("template.xlsx", "pdf")] == [403, 404]
    assert sheet(city.get(f"{IMPORT}xlsx"))[0][:3] == ["报送单位", "镇（街道）", "学校名称"]


def test_the_page_says_which_columns_it_knows(client):
    page = text(client.get(IMPORT))
    for said in ("学校名称", "校名、学校全称", "填优质学校、一般学校、薄弱学校", "不超过 20 MB", "确认之前不写入任何内容"):
        assert said in page


# Sending


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "请先选择文件。"),
        ({"file": file(b"")}, "这是空文件，请重新选择。"),
        ({"file": file(name="总结.docx")}, "“总结.docx”是 Word 文档，不是表格。"),
        ({"file": file(name="台账.zip")}, "“台账.zip”是压缩包。"),
        ({"file": file(name="台账")}, "“台账”不是表格文件。"),
        ({"file": file(b"x" * (1024 * 1024 + 1))}, "超过 1 MB。"),
    ],
    ids=["nothing", "empty", "document", "archive", "no suffix", "too large"],
)
def test_a_wrong_file_is_told_so_at_the_field(client, monkeypatch, sent, sentence):
    monkeypatch.setattr(forms, "MAX_MB", 1)
    page = client.post(IMPORT, sent)
    assert page.status_code == 200
    assert sentence in page.context["form"].errors["file"][0]
    assert not Upload.objects.exists()


def test_a_form_sent_twice_makes_one_upload(client, rows):
    content, token = workbook("schools", rows), str(client.get(IMPORT).context["csrf_token"])
    first, second = (client.post(IMPORT, {"file": file(content), "csrfmiddlewaretoken": token}) for _ in range(2))
    assert (first.url, second.url) == (Upload.objects.get().get_absolute_url(),) * 2


def test_whoever_has_too_many_files_under_way_waits(client, tmp_path):
    answers = [client.post(IMPORT, {"file": file(b"x", f"台账{number}.csv")}) for number in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [200]
    assert "您已有 5 个任务没有办完" in text(answers[-1])
    assert (Upload.objects.count(), len(list((tmp_path / "exchange").iterdir()))) == (5, 5)


def test_a_file_sent_after_the_session_ended_is_asked_for_again(client, lead, rows):
    sent = {**as_sent(client.get(IMPORT), "data-guard"), "file": file(workbook("schools", rows))}
    client.session.flush()
    del client.cookies["sessionid"]
    assert client.post(IMPORT, sent).url == f"/login/?next={IMPORT}"
    client.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
    assert [said in text(client.get(IMPORT)) for said in ("登录过期，文件没有保留", "登录过期，文件没有保留")] == [True, False]
    assert not Upload.objects.exists()


def test_while_a_file_is_checked_its_page_asks_how_far(client, rows):
    address = client.post(IMPORT, {"file": file(workbook("schools", rows))}).url
    page = text(client.get(address))
    assert ('hx-trigger="every 1s"' in page, '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page) == (True, True)
    part = client.get(address, headers={"HX-Request": "true"})
    assert ("<html" in text(part), 'id="standing"' in text(part), "HX-Refresh" in part.headers) == (False, True, False)
    finished(Upload.objects.get())
    assert client.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_a_check_that_broke_is_done_again(client, rows, lead):
    address = client.post(IMPORT, {"file": file(workbook("schools", rows))}).url
    job_ends(Upload.objects.get(), "办理中出错，没有完成。")
    page = text(client.get(address))
    assert ("办理中出错，没有完成。" in page, "重新检查" in page) == (True, True)
    assert "没有检查完" in text(client.get(HOME))
    client.post(f"{address}retry/")
    assert Upload.objects.get().job.is_open


# What a file would do


def test_wrong_cells_are_named_where_they_stand(client, lead, wrong):
    upload = send("schools", wrong, by=lead)
    page = client.get(upload.get_absolute_url())
    [line] = page.context["preview"].lines
    assert [(cell.heading, cell.value, cell.fault) for cell in line.cells if cell.fault] == [
        ("城乡", "郊区", "“郊区”不在可选范围内，请填城镇、农村。")
    ]
    assert "还有 1 行有误，没有写入任何内容" in text(page)
    assert 'id="confirm"' not in text(page)


def test_a_change_is_drawn_from_old_to_new(client, lead, rows):
    page = client.get(send("schools", rows, by=lead).get_absolute_url())
    [line] = page.context["preview"].lines
    assert [(cell.heading, cell.before, cell.value) for cell in line.cells if cell.before] == [
        ("班级数", "20", "24"),
        ("少先队员数", "0", "480"),
    ]
    assert "<del>20</del>" in text(page)
    assert "<ins>24</ins>" in text(page)


def test_the_counts_are_filters(client, lead, wrong):
    address = send("schools", wrong, by=lead).get_absolute_url()

    def numbers(query: str) -> list[int]:
        return [line.number for line in client.get(f"{address}?{query}").context["preview"].lines]

    assert [numbers(f"rows={key}") for key in ("new", "changed", "wrong", "all", "nonsense", "unchanged")] == [
        [3],
        [2],
        [4],
        [2, 3, 4],
        [4],
        [],
    ]
    assert (numbers("rows=wrong&column=area"), numbers("rows=wrong&column=x"), numbers("rows=all&page=99")) == ([4], [4], [2, 3, 4])


def test_what_a_row_sets_off_is_said_before_it_is_confirmed(client, lead, jiaxing, rows):
    UnitFactory(organization=School.objects.get().organization)
    rows[0]["closed_on"] = "2026-09-01"
    page = client.get(send("schools", rows, by=lead).get_absolute_url() + "?rows=hinted")
    assert [line.number for line in page.context["preview"].lines] == [2]
    assert "第 2 行：将于 2026-09-01 撤并，1 个大队、中队同日撤销。" in text(page)


@pytest.mark.parametrize("count", [1, 120])
def test_a_page_costs_the_same_however_long_the_file(client, lead, jiaxing, django_assert_num_queries, count):
    town = jiaxing.town().name
    upload = send("schools", [{"town": town, "name": f"新建{number}小学", **FACTS} for number in range(count)], by=lead)
    client.get(upload.get_absolute_url())
    with django_assert_num_queries(QUERIES):
        page = client.get(upload.get_absolute_url())
    assert len(page.context["preview"].lines) == min(count, 50)


QUERIES = 14


def test_there_is_nothing_to_confirm_in_what_changes_nothing(client, lead, rows):
    confirmed(send("schools", rows, by=lead), by=lead)
    page = text(client.get(send("schools", rows, by=lead).get_absolute_url()))
    assert ("没有需要导入的内容" in page, 'id="confirm"' in page) == (True, False)


def test_a_file_that_cannot_be_read_is_replaced_on_its_page(client, lead, rows):
    upload = send("schools", b"%PDF-1.7", by=lead)
    page = text(client.get(upload.get_absolute_url()))
    assert ("“台账.xlsx”是 PDF 文件，不是表格。" in page, "换一份文件" in page) == (True, True)
    assert "请先选择文件。" in text(client.post(upload.get_absolute_url(), {}))
    answer = client.post(upload.get_absolute_url(), {"file": file(workbook("schools", rows))})
    assert (answer.url, Upload.objects.get(pk=upload.pk).state) == (Upload.objects.latest("pk").get_absolute_url(), "dropped")


# Going on


def test_a_file_is_confirmed_and_taken_back_from_its_page(client, lead, rows):
    upload = send("schools", rows, by=lead)
    address = upload.get_absolute_url()
    assert client.post(f"{address}confirm/").url == address
    assert Upload.objects.get().job.kind == uploads.WRITE
    finished(upload)
    confirmed(upload, by=lead)
    page = text(client.get(address))
    assert ("已导入：新增 1 行，修改 1 行" in page, "撤回这次导入" in page, str(lead) in page) == (True, True, True)
    client.post(f"{address}undo/")
    job_ends(upload, "导入之后，第 3 行的资料又有了变化，不能整体撤回。")
    assert "第 3 行的资料又有了变化" in text(client.get(address))
    taken_back(upload, by=lead)
    page = text(client.get(address))
    assert ("已撤回，资料恢复成导入之前的样子" in page, "撤回这次导入" in page, "<ins>24</ins>" in page) == (True, False, True)


def test_what_changed_meanwhile_is_said_above_the_new_preview(client, lead, rows):
    upload = send("schools", rows, by=lead)
    School.objects.update(class_count=21)
    confirmed(upload, by=lead)
    page = text(client.get(upload.get_absolute_url()))
    assert ("请再核对一次" in page, "<del>21</del>" in page, 'id="confirm"' in page) == (True, True, True)


def test_who_comes_too_late_is_told(client, lead, rows):
    upload = send("schools", rows, by=lead)
    client.post(f"{upload.get_absolute_url()}drop/")
    page = text(client.post(f"{upload.get_absolute_url()}confirm/", follow=True))
    assert ("这次导入已放弃，无需再确认。" in page, "已放弃，没有写入任何内容" in page) == (True, True)


def test_what_is_being_written_is_not_dropped(client, lead, rows):
    upload = send("schools", rows, by=lead)
    client.post(f"{upload.get_absolute_url()}confirm/")
    page = text(client.post(f"{upload.get_absolute_url()}drop/", follow=True))
    assert ("这份文件正在办理，请等它办完。" in page, Upload.objects.get().state) == (True, "checked")


# Whose


def test_a_colleague_goes_on_with_a_file(jiaxing, lead, rows):
    upload = send("schools", rows, by=lead)
    colleague = jiaxing.person("county_editor", jiaxing.county())
    client = jiaxing.signed_in(colleague)
    page = text(client.get(upload.get_absolute_url()))
    assert (str(lead) in page, f"这份文件由{lead}上传，确认人记为您。" in page) == (True, True)
    client.post(f"{upload.get_absolute_url()}confirm/")
    finished(upload)
    assert confirmed(upload, by=colleague).applied_by == colleague


@pytest.mark.parametrize(("role", "place"), [("county_lead", "秀洲区"), ("city_officer", ""), ("town_counselor", "南湖区")])
def test_nobody_elses_file_is_found(jiaxing, lead, rows, role, place):
    """A county's schools are not for its towns to bring in, nor for the city."""
    upload = send("schools", rows, by=lead)
    where = jiaxing.city if not place else jiaxing.town() if role == "town_counselor" else jiaxing.county(place)
    client = jiaxing.signed_in(jiaxing.person(role, where))
    address = upload.get_absolute_url()
    assert {client.get(f"{address}{part}").status_code for part in ("", "original/", "corrected.xlsx")} == {404}
    assert {client.post(f"{address}{part}").status_code for part in ("", "confirm/", "drop/", "retry/", "undo/")} == {404}
    assert "台账.xlsx" not in text(client.get(HOME))


def test_the_history_is_narrowed(client, lead, wrong):
    send("schools", wrong, by=lead, name="有误.xlsx")
    send("schools", wrong[:2], by=lead, name="正确.xlsx")
    assert [
        "有误.xlsx" in text(client.get(f"{HOME}?{query}")) for query in ("", "state=checked", "state=applied", "ledger=units", "mine=me")
    ] == [
        True,
        True,
        False,
        False,
        True,
    ]


# Files


def test_the_file_is_fetched_again_and_the_log_says_so(client, lead, rows):
    content = workbook("schools", rows)
    upload = send("schools", content, by=lead)
    answer = client.get(f"{upload.get_absolute_url()}original/")
    assert b"".join(answer.streaming_content) == content
    act = Act.objects.latest("pk")
    assert (act.verb, act.about, act.details["upload"]) == ("download", "学校台账“台账.xlsx”", upload.pk)


def test_faults_come_back_in_the_workbook(client, lead, wrong, rows):
    upload = send("schools", wrong, by=lead)
    found = sheet(client.get(f"{upload.get_absolute_url()}corrected.xlsx"))
    assert (found[3][found[0].index("学校名称")], found[3][-1]) == ("第二小学", "城乡：“郊区”不在可选范围内，请填城镇、农村。")
    Upload.objects.filter(pk=upload.pk).update(wrong=0)
    assert client.get(f"{upload.get_absolute_url()}corrected.xlsx").status_code == 404


def test_a_template_is_filled_in_with_what_is_known(client, rows):
    found = sheet(client.get(f"{IMPORT}template.xlsx"))
    assert [row[found[0].index("学校名称")] for row in found[1:]] == ["第一小学"]


def test_what_is_taken_out_is_what_the_user_sees(jiaxing, client, rows):
    SchoolFactory(parent=jiaxing.town("秀洲区"), name="秀洲小学")
    found = sheet(client.get(f"{IMPORT}xlsx"))
    assert [row[found[0].index("学校名称")] for row in found[1:]] == ["第一小学"]
    assert Act.objects.latest("pk").about == "学校台账，1 行"
    lines = b"".join(client.get(f"{IMPORT}csv").streaming_content).decode()
    assert ("第一小学" in lines, "秀洲小学" in lines) == (True, False)


def test_lines_are_seen_with_their_file(jiaxing, lead, rows):
    send("schools", rows, by=lead)
    stranger = jiaxing.person("county_lead", jiaxing.county("秀洲区"))
    assert [Line.objects.visible_to(user).count() for user in (lead, stranger)] == [2, 0]
