from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pypdf import PdfReader

from apps.audit.models import Act
from apps.conferences.models import Attendance, Decision, Meeting, Member, Rhythm
from apps.conferences.services import meetings
from tests.factories.conferences import DecisionFactory, MeetingFactory, MemberFactory
from tests.factories.html import as_sent
from tests.factories.workbooks import part, rows

TODAY = timezone.localdate()


@pytest.fixture
def county(jiaxing, lead):
    return jiaxing.signed_in(lead)


@pytest.fixture
def city(jiaxing, officer):
    return jiaxing.signed_in(officer)


def page(client, url, status=200):
    answer = client.get(url, follow=True)
    assert answer.status_code == status
    return answer.content.decode()


def test_city_sees_ten_conferences_side_by_side(city, unit, jiaxing):
    MemberFactory(organization=unit)
    MeetingFactory(organization=unit, day=date(TODAY.year, 1, 5))
    answer = city.get("/conferences/")
    rows = [(row.organization.name, row.members, row.held, row.times) for row in answer.context["table"].data]
    assert len(rows) == 10
    assert rows[0] == ("南湖区", 1, 1, 2)
    assert rows[1] == ("秀洲区", 0, 0, 2)


@pytest.mark.parametrize("units", [1, 3])
def test_citys_list_costs_no_more_when_more_have_met(city, jiaxing, django_assert_max_num_queries, units):
    city.get("/conferences/")
    for name in ("南湖区", "秀洲区", "嘉善县")[:units]:
        MemberFactory(organization=jiaxing.county(name))
        DecisionFactory(meeting=MeetingFactory(organization=jiaxing.county(name), confirmed_at=None))
    with django_assert_max_num_queries(26):
        city.get("/conferences/")


def test_county_is_led_to_its_own_and_sees_no_other(county, jiaxing, unit):
    other = jiaxing.county("秀洲区")
    assert county.get("/conferences/", follow=True).redirect_chain == [(f"/conferences/units/{unit.pk}/", 302)]
    assert county.get(f"/conferences/units/{other.pk}/").status_code == 404
    assert county.get(MeetingFactory(organization=other).get_absolute_url()).status_code == 404


def test_city_looks_and_changes_nothing(city, unit, meeting):
    assert "登记成员" not in page(city, f"/conferences/units/{unit.pk}/").replace("还没有登记成员", "")
    assert city.get(f"/conferences/units/{unit.pk}/members/register/").status_code == 403
    assert city.post(f"/conferences/{meeting.pk}/confirm/", {"seen": "x"}).status_code == 403


def test_member_is_registered_amended_and_leaves(county, unit):
    url = f"/conferences/units/{unit.pk}/members/register/"
    sent = {"name": "李明", "body": "league", "post": "南湖区团委副书记", "is_convener": "on", "since": "2025-03-01"}
    assert "已登记成员李明。" in county.post(url, sent, follow=True).content.decode()
    assert "这位成员已经登记，请勿重复登记。" in county.post(url, {**sent, "csrf": "2"}).content.decode()
    member = Member.objects.get()
    form = as_sent(county.get(f"/conferences/members/{member.pk}/"), "data-guard")
    assert county.post(f"/conferences/members/{member.pk}/", {**form, "post": "南湖区团委书记"}).status_code == 302
    county.post(f"/conferences/members/{member.pk}/end/", {"until": str(TODAY)})
    member.refresh_from_db()
    assert (member.post, member.until) == ("南湖区团委书记", TODAY)


def test_second_of_two_who_amend_a_member_is_shown_what_the_first_wrote(county, unit):
    member = MemberFactory(organization=unit)
    form = as_sent(county.get(f"/conferences/members/{member.pk}/"), "data-guard")
    Member.objects.filter(pk=member.pk).update(post="教育局局长")
    answer = county.post(f"/conferences/members/{member.pk}/", {**form, "post": "教育局科长"})
    assert answer.status_code == 409
    assert "教育局局长" in answer.content.decode()
    again = as_sent(answer, "data-guard")
    assert county.post(f"/conferences/members/{member.pk}/", again).status_code == 302
    assert Member.objects.get().post == "教育局科长"


def test_rhythm_is_agreed_once_and_two_at_once_lose_nothing(county, unit):
    url = f"/conferences/units/{unit.pk}/rhythm/"
    form = as_sent(county.get(url), "data-guard")
    assert form["habit"] == ["每学期一次"]
    assert county.post(url, {**form, "times": "4", "habit": "每季度"}).status_code == 302
    answer = county.post(url, {**form, "times": "3", "habit": ""})
    assert (answer.status_code, Rhythm.objects.get().times) == (409, 4)
    assert county.post(url, as_sent(answer, "data-guard")).status_code == 302
    assert Rhythm.objects.get().times == 3


def test_meeting_is_called_with_its_agenda_item_by_item(county, unit):
    convener = MemberFactory(organization=unit, is_convener=True)
    url = f"/conferences/units/{unit.pk}/call/"
    form = as_sent(county.get(url), "data-guard")
    assert (form["title"], form["chair"]) == ([f"{TODAY.year}年第1次联席会议"], [str(convener.pk)])
    day = TODAY + timedelta(days=5)
    answer = county.post(
        url, {**form, "day": str(day), "starts_at": "14:30", "place": "二楼", "agenda": "第一项\r\n\r\n 第二项 "}, follow=True
    )
    assert answer.redirect_chain[-1][0] == Meeting.objects.get().get_absolute_url()
    assert list(Meeting.objects.get().agenda.values_list("position", "title")) == [(1, "第一项"), (2, "第二项")]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("day", "0202-03-01", "日期应在2012年至"),
        ("day", "明天", "请填写正确的日期"),
        ("starts_at", "下午", "请填写正确的时间"),
        ("title", "", "请填写会议名称。"),
        ("agenda", "\n".join("项" for _ in range(31)), "最多 30 项议题"),
        ("agenda", "长" * 201, "第 1 项议题太长"),
        ("chair", "999999", "没有这个选项"),
    ],
)
def test_wrong_field_of_a_meeting_gets_its_sentence_and_keeps_what_was_typed(county, unit, field, value, sentence):
    sent = {"title": "第一次会议", "day": str(TODAY), "agenda": "已经写好的议题", "place": "二楼会议室", field: value}
    answer = county.post(f"/conferences/units/{unit.pk}/call/", sent)
    text = answer.content.decode()
    assert (answer.status_code, Meeting.objects.count()) == (200, 0)
    assert sentence in text
    assert "二楼会议室" in text


def test_second_of_two_who_change_the_agenda_is_shown_the_first_ones(county, unit):
    meeting = MeetingFactory(organization=unit)
    url = f"/conferences/{meeting.pk}/edit/"
    form = as_sent(county.get(url), "data-guard")
    meeting.agenda.filter(position=1).update(title="别人改的议题")
    answer = county.post(url, {**form, "agenda": "我改的议题"})
    assert answer.status_code == 409
    assert "别人改的议题" in answer.content.decode()
    assert county.post(url, as_sent(answer, "data-guard")).status_code == 302
    assert meeting.agenda_text == "我改的议题"


def test_minutes_attendance_and_papers_are_recorded_on_one_page(county, unit):
    meeting = MeetingFactory(organization=unit)
    present, excused = (MemberFactory(organization=unit) for _ in range(2))
    url = f"/conferences/{meeting.pk}/minutes/"
    form = as_sent(county.get(url), "data-guard")
    paper = SimpleUploadedFile("盖章纪要.pdf", b"%PDF-1.7 x")
    del form["minutes__html"]  # the editor's own field, which a browser without JavaScript does not send
    sent = {**form, "minutes": "同意。\n分头落实。", f"presence_{excused.pk}": "excused", "uploads": paper}
    assert county.post(url, sent).status_code == 302
    meeting.refresh_from_db()
    assert meeting.minutes == "<p>同意。</p><p>分头落实。</p>"
    assert dict(Attendance.objects.values_list("member", "presence")) == {present.pk: "present", excused.pk: "excused"}
    answer = county.get(f"/conferences/attachments/{meeting.attachments.get().pk}/")
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 x"
    assert "attachment" in answer["Content-Disposition"]


def test_script_in_minutes_is_not_kept(county, unit):
    meeting = MeetingFactory(organization=unit)
    form = as_sent(county.get(f"/conferences/{meeting.pk}/minutes/"), "data-guard")
    sent = {**form, "minutes__html": "<p onclick='x'>好<script>alert(1)</script></p><img src=x>"}
    county.post(f"/conferences/{meeting.pk}/minutes/", sent)
    meeting.refresh_from_db()
    assert meeting.minutes == "<p>好</p>"


def test_page_of_a_coming_meeting_offers_no_minutes(county, coming):
    text = page(county, coming.get_absolute_url())
    assert ("会议通知 PDF" in text, "记录纪要" in text, "取消会议" in text) == (True, False, True)
    answer = county.get(f"/conferences/{coming.pk}/minutes/", follow=True)
    assert "召开后再记录纪要。" in answer.content.decode()


def test_lead_confirms_what_they_saw_and_reopens_with_a_reason(county, jiaxing, editor, meeting):
    own = jiaxing.signed_in(editor)
    assert "请南湖区少工委负责人确认" in page(own, meeting.get_absolute_url())
    assert own.post(f"/conferences/{meeting.pk}/confirm/", {"seen": meetings.digest(meeting)}).status_code == 403
    seen = county.get(meeting.get_absolute_url()).context["seen"]
    assert "的纪要已确认。" in county.post(f"/conferences/{meeting.pk}/confirm/", {"seen": seen}, follow=True).content.decode()
    locked = page(own, meeting.get_absolute_url())
    assert "如需修改，请南湖区少工委负责人重新打开纪要。" in locked
    assert "登记事项" not in locked
    assert "请写明理由。" in county.post(f"/conferences/{meeting.pk}/reopen/", {"reason": ""}).content.decode()
    text = county.post(f"/conferences/{meeting.pk}/reopen/", {"reason": "漏记一项"}, follow=True).content.decode()
    assert ("重新打开纪要" in text, "漏记一项" in text) == (True, True)


def test_stale_confirmation_is_refused_with_a_sentence(county, meeting):
    text = county.post(f"/conferences/{meeting.pk}/confirm/", {"seen": "0" * 16}, follow=True).content.decode()
    assert "纪要刚才有改动，请看过现在的内容再确认。" in text


def test_decision_is_taken_by_one_of_those_who_can_answer(county, unit, meeting):
    url = f"/conferences/{meeting.pk}/decide/"
    choices = [label for label, _ in county.get(url).context["form"].fields["responsible"].choices]
    assert choices == ["", "成员", "部门", "本单位和下级"]
    due = str(TODAY + timedelta(days=30))
    text = county.post(url, {"text": "完成复查", "responsible": "别的单位", "due_on": due}).content.decode()
    assert "没有这个选项" in text
    early = county.post(url, {"text": "完成复查", "responsible": "教育局", "due_on": "2020-01-01"}).content.decode()
    assert "完成时限不能早于会议日期" in early
    assert county.post(url, {"text": "完成复查", "responsible": "教育局", "due_on": due}).status_code == 302
    decision = Decision.objects.get()
    county.post(f"/conferences/decisions/{decision.pk}/drop/")
    assert Decision.objects.count() == 0


def test_member_with_a_new_post_stays_a_choice_of_the_decision_they_answer_for(county, meeting):
    decision = DecisionFactory(meeting=meeting, responsible="李明（团委副书记）")
    form = as_sent(county.get(f"/conferences/decisions/{decision.pk}/"), "data-guard")
    assert form["responsible"] == ["李明（团委副书记）"]


@pytest.mark.parametrize(("paper", "words"), [("notice", "会议通知"), ("minutes", "联席会议纪要")])
def test_papers_say_when_where_and_about_what(county, meeting, paper, words):
    DecisionFactory(meeting=meeting)
    answer = county.get(f"/conferences/{meeting.pk}/{paper}.pdf")
    text = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(b"".join(answer.streaming_content))).pages).replace("\n", "")
    assert [each for each in (words, "研究队室建设") if each not in text] == []
    assert Act.objects.filter(verb="export").count() == 1


def test_workbook_has_members_meetings_and_decisions(county, unit, meeting):
    DecisionFactory(meeting=meeting, text="=SUM(A1)")
    answer = county.get(f"/conferences/units/{unit.pk}/export/")
    content = b"".join(answer.streaming_content)
    assert [each in part(content, "xl/workbook.xml") for each in ("成员", "会议", "议定事项")] == [True] * 3
    assert rows(content)[1][:3] == [Member.objects.get().name, "教育局", "教育局副局长"]
    assert "=SUM(A1)" in part(content, "xl/sharedStrings.xml")
    assert "<f>" not in part(content, "xl/worksheets/sheet3.xml")


def test_meeting_page_costs_the_same_with_one_and_three_decisions(
    county, meeting, django_assert_num_queries, django_assert_max_num_queries
):
    DecisionFactory(meeting=meeting)
    county.get(meeting.get_absolute_url())
    with django_assert_max_num_queries(40) as one:
        county.get(meeting.get_absolute_url())
    for _ in range(2):
        DecisionFactory(meeting=meeting)
        Attendance.objects.create(
            meeting=meeting, member=MemberFactory(organization=meeting.organization), presence="absent", **meeting.tenancy()
        )
    with django_assert_num_queries(len(one)):
        county.get(meeting.get_absolute_url())
