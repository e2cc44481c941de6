from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.conferences.enums import Body, Presence, State
from apps.conferences.models import Attendance, Decision, Meeting, Member
from apps.conferences.services import decisions, meetings, members
from apps.core import seen as seen_rows
from apps.core.errors import Conflict, DomainError
from apps.notices.models import Event
from tests.factories.conferences import DecisionFactory, MeetingFactory, MemberFactory

TODAY = timezone.localdate()


def called(unit, by, **facts):
    given = {"title": "第一次联席会议", "day": TODAY, "starts_at": None, "place": "", "chair": None, "agenda": ["通报进展", "研究队室"]}
    return meetings.call(unit=unit, by=by, **{**given, **facts})


def seen_minutes(meeting):
    return seen_rows.fingerprint(meeting, ("minutes",), meeting.attendance_text)


def record(meeting, by, **facts):
    given = {"minutes": "<p>同意。</p>", "presences": {}, "seen": seen_minutes(meeting)}
    return meetings.record(meeting=meeting, by=by, **{**given, **facts})


def told():
    return list(Event.objects.order_by("pk").values_list("title", flat=True))


def test_same_member_is_registered_once(unit, lead):
    facts = {"name": "李明", "body": Body.LEAGUE, "post": "团委副书记", "is_convener": False, "since": date(2025, 3, 1)}
    members.register(unit=unit, by=lead, **facts)
    with pytest.raises(DomainError, match="这位成员已经登记"):
        members.register(unit=unit, by=lead, **facts)


def test_member_who_left_stays_in_the_meetings_they_attended(unit, lead, meeting):
    member = Member.objects.get(attendances__meeting=meeting)
    members.end(member=member, until=TODAY, by=lead)
    assert list(Member.objects.sitting_in(meeting)) == [member]
    assert list(Member.objects.sitting_in(MeetingFactory(organization=unit, day=TODAY))) == []
    with pytest.raises(DomainError, match="无需再办理"):
        members.end(member=member, until=TODAY, by=lead)


def test_member_does_not_leave_before_they_came(lead, unit):
    with pytest.raises(DomainError) as refused:
        members.end(member=MemberFactory(organization=unit), until=date(2020, 1, 1), by=lead)
    assert refused.value.field == "until"


def test_rhythm_is_one_row_however_often_it_is_agreed(unit, lead):
    first = members.agree(unit=unit, times=4, habit="每季度末", seen="", by=lead)
    second = members.agree(unit=unit, times=2, habit="", seen=seen_rows.fingerprint(first, members.RHYTHM), by=lead)
    assert (first.pk, second.times) == (second.pk, 2)
    with pytest.raises(Conflict):
        members.agree(unit=unit, times=3, habit="", seen=seen_rows.fingerprint(first, members.RHYTHM), by=lead)


def test_meeting_keeps_its_agenda_in_order(unit, lead):
    meeting = called(unit, lead)
    assert list(meeting.agenda.values_list("position", "title")) == [(1, "通报进展"), (2, "研究队室")]


def test_chair_is_of_the_same_unit(jiaxing, unit, lead):
    stranger = MemberFactory(organization=jiaxing.county("秀洲区"))
    with pytest.raises(DomainError) as refused:
        called(unit, lead, chair=stranger)
    assert refused.value.field == "chair"


def test_two_meetings_of_one_name_are_one_too_many_unless_the_first_was_called_off(unit, lead):
    first = called(unit, lead, day=TODAY + timedelta(days=3))
    with pytest.raises(DomainError) as refused:
        called(unit, lead)
    assert refused.value.field == "title"
    meetings.call_off(meeting=first, reason="改期", by=lead)
    assert called(unit, lead).title == first.title


def test_agenda_counts_as_part_of_what_was_seen(unit, lead):
    meeting = called(unit, lead)
    seen = seen_rows.fingerprint(meeting, meetings.FACTS, meeting.agenda_text)
    facts = {name: getattr(meeting, name) for name in meetings.FACTS}
    meetings.amend(meeting=meeting, agenda=["另一项"], seen=seen, by=lead, **facts)
    with pytest.raises(Conflict):
        meetings.amend(meeting=meeting, agenda=["第三项"], seen=seen, by=lead, **facts)
    assert meeting.agenda_text == "另一项"


def test_people_are_told_of_a_coming_meeting_and_of_a_new_day(unit, lead, editor):
    day = TODAY + timedelta(days=10)
    meeting = called(unit, lead, day=day, place="二楼会议室")
    facts = {name: getattr(meeting, name) for name in meetings.FACTS}
    seen = seen_rows.fingerprint(meeting, meetings.FACTS, meeting.agenda_text)
    meeting = meetings.amend(meeting=meeting, agenda=["通报进展"], seen=seen, by=lead, **facts)  # the agenda alone is nobody's news
    seen = seen_rows.fingerprint(meeting, meetings.FACTS, meeting.agenda_text)
    meeting = meetings.amend(meeting=meeting, agenda=["通报进展"], seen=seen, by=lead, **{**facts, "place": "三楼会议室"})
    meetings.call_off(meeting=meeting, reason="与全市会议冲突", by=lead)
    when = f"{day.year}年{day.month}月{day.day}日"
    assert told() == [f"第一次联席会议定于 {when}召开", f"第一次联席会议改为 {when}召开", "第一次联席会议已取消"]
    assert set(Event.objects.values_list("to", "organization")) == {("conferences.edit", unit.pk)}


def test_nobody_is_told_of_a_meeting_that_is_put_down_afterwards(unit, lead):
    called(unit, lead, day=TODAY - timedelta(days=30))
    assert told() == []


def test_minutes_of_a_meeting_to_come_wait(coming, lead):
    with pytest.raises(DomainError, match="召开后再记录纪要"):
        record(coming, lead)


def test_attendance_counts_as_part_of_what_was_seen(unit, lead, meeting):
    seen, member = seen_minutes(meeting), Member.objects.get(attendances__meeting=meeting)
    record(meeting, lead, presences={member: Presence.EXCUSED})
    with pytest.raises(Conflict):
        record(meeting, lead, seen=seen, presences={member: Presence.ABSENT})
    assert meeting.attendances.get().presence == Presence.EXCUSED


def test_same_file_is_attached_once(lead, meeting):
    for name in ("纪要.pdf", "另一个名字.pdf"):
        meeting.refresh_from_db()
        record(meeting, lead, files=[SimpleUploadedFile(name, b"%PDF-1.7 minutes")])
    assert list(meeting.attachments.values_list("name", "content_type")) == [("纪要.pdf", "application/pdf")]


@pytest.mark.parametrize(("facts", "missing"), [({"minutes": ""}, "还没有写纪要"), ({"nobody": True}, "还没有记录出席")])
def test_minutes_are_confirmed_only_when_they_say_something(lead, meeting, facts, missing):
    if "nobody" in facts:
        meeting.attendances.update(presence=Presence.ABSENT)
    else:
        Meeting.objects.filter(pk=meeting.pk).update(**facts)
    meeting.refresh_from_db()
    with pytest.raises(DomainError, match=missing):
        meetings.confirm(meeting=meeting, seen=meetings.digest(meeting), by=lead)


def test_nobody_confirms_what_they_did_not_see(lead, editor, meeting):
    seen = meetings.digest(meeting)
    decisions.take(meeting=meeting, text="另加一项", responsible="教育局", due_on=TODAY, by=editor)
    with pytest.raises(Conflict):
        meetings.confirm(meeting=meeting, seen=seen, by=lead)


def test_confirmed_minutes_are_locked_until_they_are_reopened_with_a_reason(lead, editor, meeting):
    decision = DecisionFactory(meeting=meeting)
    meetings.confirm(meeting=meeting, seen=meetings.digest(meeting), by=lead)
    locked = "纪要已经确认，不能再修改。如需修改，请南湖区少工委负责人重新打开纪要。"
    for act in (
        lambda: record(meeting, editor),
        lambda: decisions.take(meeting=meeting, text="再加一项", responsible="教育局", due_on=TODAY, by=editor),
        lambda: decisions.drop(decision=decision, by=editor),
        lambda: meetings.call_off(meeting=meeting, reason="x", by=editor),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.message == locked
    reopened = meetings.reopen(meeting=meeting, reason="漏记一项", by=lead)
    record(reopened, editor)
    assert list(meeting.steps.values_list("verb", "by", "on_behalf_of", "reason")) == [
        ("confirm", lead.pk, "南湖区少工委", ""),
        ("reopen", lead.pk, "南湖区少工委", "漏记一项"),
    ]


@pytest.mark.parametrize("part", ["minutes", "agenda", "attendances", "decisions", "new decision", "gone attendance"])
def test_database_keeps_confirmed_minutes_as_they_are(lead, meeting, part):
    DecisionFactory(meeting=meeting)
    meetings.confirm(meeting=meeting, seen=meetings.digest(meeting), by=lead)
    acts = {
        "minutes": lambda: Meeting.objects.filter(pk=meeting.pk).update(minutes="<p>别的</p>"),
        "agenda": lambda: meeting.agenda.update(title="别的"),
        "attendances": lambda: meeting.attendances.update(presence=Presence.ABSENT),
        "decisions": lambda: meeting.decisions.update(due_on=TODAY),
        "new decision": lambda: DecisionFactory(meeting=meeting),
        "gone attendance": lambda: Attendance.objects.filter(meeting=meeting).delete(),
    }
    with pytest.raises(IntegrityError, match="the minutes of this meeting are confirmed"), transaction.atomic():
        acts[part]()


def test_meeting_with_minutes_is_not_called_off(lead, meeting):
    with pytest.raises(DomainError, match="已经有纪要或出席记录"):
        meetings.call_off(meeting=meeting, reason="x", by=lead)


def test_state_follows_from_the_day_and_the_record(lead, meeting, coming, unit):
    assert (coming.state, meeting.state) == (State.PLANNED, State.HELD)
    assert meetings.confirm(meeting=meeting, seen=meetings.digest(meeting), by=lead).state == State.CONFIRMED
    assert meetings.call_off(meeting=coming, reason="冲突", by=lead).state == State.CALLED_OFF


def test_decision_is_not_due_before_its_meeting(lead, meeting):
    with pytest.raises(DomainError) as refused:
        decisions.take(meeting=meeting, text="x", responsible="教育局", due_on=meeting.day - timedelta(days=1), by=lead)
    assert refused.value.field == "due_on"


def test_two_who_change_a_decision_do_not_overwrite_each_other(lead, meeting):
    decision = DecisionFactory(meeting=meeting)
    seen = seen_rows.fingerprint(decision, decisions.FACTS)
    facts = {"text": "完成复查", "responsible": "团委", "due_on": decision.due_on}
    decisions.amend(decision=decision, seen=seen, by=lead, **facts)
    with pytest.raises(Conflict):
        decisions.amend(decision=decision, seen=seen, by=lead, **facts)
    assert Decision.objects.get().responsible == "团委"
