"""Made-up joint conferences: members of every reporting unit, last year's meetings, and this year's on their way (演示数据)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from apps.accounts.models import User
from apps.conferences.enums import Body, Presence, Verb
from apps.conferences.models import AgendaItem, Attendance, Decision, Meeting, Member, Rhythm, Step
from apps.conferences.services import decisions
from apps.organizations.demo import SLUGS, person_name
from apps.organizations.models import Organization
from apps.plans.models import Task

# Who sits there: the body and the post. The circular names a social development bureau in the zones, an education bureau elsewhere.
COUNTY: Sequence[tuple[Body, str]] = (
    (Body.COMMITTEE, "少工委主任"),
    (Body.LEAGUE, "团委副书记"),
    (Body.EDUCATION, "教育局副局长"),
    (Body.EDUCATION, "教育局基础教育科科长"),
    (Body.COMMITTEE, "少先队总辅导员"),
    (Body.OTHER, "妇联副主席"),
)
ZONE: Sequence[tuple[Body, str]] = (
    (Body.LEAGUE, "团工委书记"),
    (Body.SOCIAL_DEVELOPMENT, "社发局副局长"),
    (Body.SOCIAL_DEVELOPMENT, "社发局教育科科长"),
    (Body.LEAGUE, "团工委少先队工作干事"),
)
CITY_RUN: Sequence[tuple[Body, str]] = (
    (Body.LEAGUE, "教育局团委书记"),
    (Body.EDUCATION, "教育局基础教育处副处长"),
    (Body.LEAGUE, "教育局团委少先队工作干事"),
)
SEATS = {"经开区": ZONE, "港区": ZONE, "市教育局团委": CITY_RUN}
AGENDA = (
    ("通报全年统筹城乡队建工作方案", "研究雏鹰假日小队的覆盖安排", "商定城乡学校结对名单"),
    ("通报上半年工作进展", "研究队室建设和达标验收", "部署辅导员交流和挂职锻炼"),
)
SAID = (
    "会议听取了全年工作方案的说明，认为目标和步骤清楚，同意按方案推进。",
    "会议听取了上半年工作进展，肯定了各镇（街道）的做法，指出个别村还没有建立小队。",
)
OPINIONS = (
    "教育部门把少先队工作列入学校督导内容。",
    "团委与教育部门共同检查队室建设，结果互相认可。",
    "各镇（街道）总辅导员每月到校一次。",
)
DECIDED = (
    (("各镇（街道）补齐没有小队的村（社区）", 0, 60), ("确定城乡学校结对名单并下发", 2, 45), ("举办一期大队辅导员培训", 4, 90)),
    (("完成队室达标复查", 3, 60), ("落实辅导员挂职锻炼人选", 2, 75)),
)
# This year, in the circular's order: how many meetings were held, and in how many days the next one is.
THIS_YEAR = ((1, 9), (2, None), (1, 16), (2, None), (1, None), (2, None), (1, 20), (1, None), (0, None), (2, None))
UNWRITTEN, UNCONFIRMED = (3,), (1,)  # units whose latest meeting has no minutes yet, or minutes that wait to be confirmed


@dataclass(frozen=True)
class _Day:
    number: int  # of the year's meetings, from 0
    day: date
    is_written: bool = True
    is_confirmed: bool = True
    is_decided: bool = True


def load(*, today: date, random: Random) -> None:
    """Members and meetings of every unit; a rhythm of its own where a unit agreed on more than once a term."""
    leads = User.objects.in_bulk(SLUGS.values(), field_name="username")
    for number, unit in enumerate(Organization.objects.counties()):
        members = _members(unit, today, random)
        if number % 4 == 1:
            Rhythm.objects.create(organization=unit, county=unit, times=4, habit="每季度最后一个月")
        for each in _days(number, today, random):
            _meeting(unit, each, members, leads[SLUGS[unit.name]], random)
        _carry_out(unit, leads[SLUGS[unit.name]], today, random)


def _carry_out(unit: Organization, by: User, today: date, random: Random) -> None:
    """What was decided is on this year's plan, and most of what was due by now is done."""
    decisions.hand_over(unit=unit, year=today.year, by=by)
    for task in Task.objects.filter(decisions__organization=unit, ends_on__lt=today):
        if random.random() < 0.85:
            task.done_on, task.note = task.ends_on - timedelta(days=random.randint(1, 20)), "已按会议要求完成。"
            task.save()


def _members(unit: Organization, today: date, random: Random) -> list[Member]:
    seats = SEATS.get(unit.name, COUNTY)
    place = "" if unit.name == "市教育局团委" else unit.name
    facts = {"organization": unit, "county": unit, "since": date(today.year - 2, 3, 1)}
    members = [
        Member(name=person_name(random), body=body, post=f"{place}{post}", is_convener=not position, **facts)
        for position, (body, post) in enumerate(seats)
    ]
    left = Member(name=person_name(random), body=seats[1][0], post=f"{place}{seats[1][1]}", until=date(today.year - 1, 3, 1), **facts)
    return Member.objects.bulk_create([*members, left])[:-1]


def _days(number: int, today: date, random: Random) -> list[_Day]:
    """Last year's two meetings, and this year's as far as the unit has come; nothing is held later than yesterday."""
    held, coming = THIS_YEAR[number]
    days = [_Day(number, date(today.year - 1, *day), is_decided=False) for number, day in enumerate(((3, 12), (9, 17)))]
    for position in range(held):
        latest = position == held - 1
        day = min(date(today.year, (3, 10)[position], random.randint(6, 20)), today - timedelta(days=9 - position))
        days.append(_Day(position, day, not (latest and number in UNWRITTEN), not (latest and number in (*UNWRITTEN, *UNCONFIRMED))))
    if coming:
        days.append(_Day(held, today + timedelta(days=coming), is_written=False, is_confirmed=False))
    return days


def _meeting(unit: Organization, each: _Day, members: list[Member], by: User, random: Random) -> Meeting:
    kind = each.number % 2
    own = {"organization": unit, "county": unit}
    meeting = Meeting.objects.create(
        title=f"{each.day.year}年第{each.number + 1}次联席会议",
        day=each.day,
        starts_at=time(random.choice((9, 14)), 30),
        place=f"{unit}机关会议室",
        chair=members[0],
        created_by=by,
        minutes=_minutes(kind, random) if each.is_written else "",
        **own,
    )
    AgendaItem.objects.bulk_create(AgendaItem(meeting=meeting, position=n, title=t, **own) for n, t in enumerate(AGENDA[kind], start=1))
    if not each.is_written:
        return meeting
    Attendance.objects.bulk_create(
        Attendance(meeting=meeting, member=member, presence=Presence.EXCUSED if n == len(members) - 1 else Presence.PRESENT, **own)
        for n, member in enumerate(members)
    )
    if each.is_decided:
        _decide(meeting, members, DECIDED[kind])
    if each.is_confirmed:
        at = timezone.make_aware(datetime.combine(each.day + timedelta(days=3), time(10, 20)))
        Step.objects.create(meeting=meeting, verb=Verb.CONFIRM, by=by, on_behalf_of=unit.office, at=at, **own)
        meeting.confirmed_at = at
        meeting.save()
    return meeting


def _decide(meeting: Meeting, members: list[Member], decided: Sequence[tuple[str, int, int]]) -> None:
    Decision.objects.bulk_create(
        Decision(
            meeting=meeting,
            position=n,
            text=text,
            responsible=str(members[min(seat, len(members) - 1)]),
            due_on=meeting.day + timedelta(days=days),
            **meeting.tenancy(),
        )
        for n, (text, seat, days) in enumerate(decided, start=1)
    )


def _minutes(kind: int, random: Random) -> str:
    return f"<p>{SAID[kind]}</p><p>会议提出：</p><ul>{''.join(f'<li>{each}</li>' for each in random.sample(OPINIONS, 2))}</ul>"
