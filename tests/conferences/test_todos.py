from datetime import date, timedelta

import pytest
from django.utils import timezone

from apps.conferences import selectors
from apps.conferences.models import Meeting, Rhythm
from apps.conferences.services import meetings
from apps.conferences.todos import to_meet
from apps.core.rich_text import plain
from tests.factories.conferences import MeetingFactory, MemberFactory

TODAY = timezone.localdate()


def said(user):
    return [(todo.title, todo.tone) for todo in to_meet(user)]


@pytest.mark.parametrize(
    ("times", "held", "due"),
    [
        (2, 0, date(2026, 6, 30)),
        (2, 1, date(2026, 12, 31)),
        (2, 2, None),
        (2, 5, None),
        (4, 2, date(2026, 9, 30)),
        (1, 0, date(2026, 12, 31)),
        (12, 1, date(2026, 2, 28)),
        (5, 0, date(2026, 2, 28)),
    ],
)
def test_meetings_are_due_one_after_the_other(times, held, due):
    assert selectors.pace(rhythm=Rhythm(times=times), held=held, year=2026).due == due


def test_unit_begins_with_its_members(lead, unit, settings):
    settings.CONFERENCES_A_YEAR = 12
    assert said(lead) == [("登记联席会议成员", "action"), ("召开联席会议", "warning" if TODAY.month > 1 else "action")]


def test_called_meeting_is_news_and_nothing_more_is_asked(lead, coming):
    MemberFactory(organization=coming.organization)
    assert said(lead) == [(f"{coming}待召开", "info")]


def test_minutes_are_asked_for_and_then_waited_for(lead, editor, unit):
    MemberFactory(organization=unit)
    Rhythm.objects.create(organization=unit, county=unit, times=1)
    meeting = MeetingFactory(organization=unit, day=max(TODAY - timedelta(days=3), date(TODAY.year, 1, 1)))
    assert said(editor) == [(f"记录{meeting}的纪要", "action")]
    Meeting.objects.filter(pk=meeting.pk).update(minutes="<p>同意。</p>")
    assert (said(lead), said(editor)) == ([(f"{meeting}的纪要待确认", "action")], [(f"{meeting}的纪要待确认", "info")])


def test_confirmed_minutes_leave_the_desk(lead, meeting):
    Rhythm.objects.create(organization=meeting.organization, county=meeting.organization, times=1)
    meetings.confirm(meeting=meeting, seen=meetings.digest(meeting), by=lead)
    assert said(lead) == []


def test_nobody_else_is_asked(officer, jiaxing, coming):
    assert (said(officer), said(jiaxing.person("town_counselor", jiaxing.town()))) == ([], [])


def test_plan_may_say_who_sits_there_and_how_often(unit):
    assert selectors.safeguards(unit=unit) == []
    MemberFactory(organization=unit, name="李明", post="少工委主任", is_convener=True)
    first, second = (plain(each) for each in selectors.safeguards(unit=unit))
    assert first == "建立南湖区统筹城乡队建工作联席会议制度，成员为：李明（少工委主任，召集人）。"
    assert second == "联席会议每年 2 次，每学期一次，研究、部署、分解、落实各项工作任务。"
