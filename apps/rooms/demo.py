"""Made-up activity rooms: about 80 % of the schools of 2012, nearly all of 2013, and this year's few on their way."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from apps.core.lifecycle.enums import State, Verb
from apps.organizations.demo.stories import Cast, Story, moment, write
from apps.organizations.enums import SchoolType
from apps.organizations.models import School
from apps.rooms.models import Checklist, Room, Step

READY_IN_2012 = 0.8
BEGUN = date(2012, 3, 1)  # rooms older than the circular's targets were registered from this day on
# What the demo's counselors find when they sign in; a None has still to register.
ACCOUNTS = {"nanhu-school": None, "xiuzhou-school": State.RETURNED, "jiashan-school": State.DRAFT, "pinghu-school": State.SUBMITTED}
# What the most recently opened schools of each county, in the circular's order, are up to.
NEWEST = (
    (State.SUBMITTED, State.SUBMITTED, State.SUBMITTED, State.RETURNED),
    *((State.SUBMITTED, State.RETURNED), (State.SUBMITTED, State.DRAFT), (State.SUBMITTED, None)) * 3,
)
PLACES = "教学楼一楼东侧 教学楼二楼西侧 综合楼三楼 行政楼二楼 图书楼一楼".split()
REASON = "请核对使用面积，并补充队号的情况后重新提交。"
REMARKS = {"area": "与实地查看时的面积不一致，请重新测量。", "items": "实地查看时没有看到队号。"}


def load(*, today: date, random: Random) -> None:
    """A room for nearly every school, with the steps that brought it where it is."""
    cast = Cast(random)
    states = _states(cast)
    checklist = Checklist.objects.prefetch_related("items").get(pk=Checklist.objects.in_force(today).pk)
    told = ((school, states[school.pk]) for school in cast.schools)
    write([_tell(school, state, checklist, cast, today, random) for school, state in told if state], Room, Step)


def _tell(school: School, state: State, checklist: Checklist, cast: Cast, today: date, random: Random) -> Story:
    """A room that has come as far as `state`."""
    by, lead = cast.people[school.organization_id], (cast.people[school.county_id], school.organization.county)
    room = Room(organization=school.organization, county=school.organization.county, checklist=checklist, created_by=by, updated_by=by)
    story = Story(room)
    _furnish(room, state, random)
    submitted, decided = _days(room, school, state, today, random)
    room.created_at = moment(submitted - timedelta(days=1), random)
    if state != State.DRAFT:
        room.area_needed = checklist.area_for(school.class_count)
        room.is_standard = not room.shortfalls
        story.then(Verb.SUBMIT, moment(submitted, random), by, room.organization)
    if state == State.RETURNED:
        story.then(Verb.RETURN, moment(decided, random), *lead, reason=REASON, remarks=(room.organization.county, REMARKS))
    if state == State.APPROVED:
        story.then(Verb.APPROVE, moment(decided, random), *lead, "review")
    return story


def _states(cast: Cast) -> dict[int, State | None]:
    """What has become of each school's room; None where there is none."""
    schools = cast.schools
    states: dict[int, State | None] = dict.fromkeys((school.pk for school in schools), State.APPROVED)
    counties = list(dict.fromkeys(school.county_id for school in schools))
    for number, (county, busy) in enumerate(zip(counties, NEWEST, strict=True)):
        there = [school for school in schools if school.county_id == county and not school.closed_on]
        newest = sorted(there, key=lambda school: school.opened_on or date.min, reverse=True)
        if number:  # elsewhere than in the story's county the schools of 2013 keep what they have
            newest = [school for school in newest if school.opened_on and school.opened_on.year > 2013]
        states |= {school.pk: state for school, state in zip(newest, busy, strict=False)}
    for school in schools:
        username = cast.people[school.organization_id].username
        states[school.pk] = ACCOUNTS.get(username, State.APPROVED if username.endswith("-school") else states[school.pk])
    return states


def _furnish(room: Room, state: State, random: Random) -> None:
    """A standard room for most; now and then a teaching point whose room is too small or without bugles."""
    room.location = random.choice(PLACES)
    room.area = Decimal(random.randint(24, 120)) / 2
    room.items = [item.key for item in room.checklist.items.all() if item.required or random.random() < 0.5]
    if room.organization.school.type == SchoolType.TEACHING_POINT and random.random() < 0.05:
        room.area = Decimal(random.randint(14, 19)) / 2
        room.items.remove("bugles")
        room.description = "与图书室合用。"
    if state == State.DRAFT:
        room.location, room.items = "", room.items[:4]


def _days(room: Room, school: School, state: State, today: date, random: Random) -> tuple[date, date]:
    """When it was submitted and decided; says also since when it is in use."""
    if state != State.APPROVED:
        room.built_on = today - timedelta(days=random.randint(40, 150))
        submitted = today - timedelta(days=random.randint(3, 12))
        return submitted, submitted + timedelta(days=2)
    room.built_on = _built_on(school, random)
    submitted = max(room.built_on, BEGUN) + timedelta(days=random.randint(3, 30))
    return submitted, submitted + timedelta(days=random.randint(1, 12))


def _built_on(school: School, random: Random) -> date:
    if school.opened_on:
        return school.opened_on + timedelta(days=random.randint(0, 90))
    if random.random() < READY_IN_2012:
        return date(2006, 3, 1) + timedelta(days=random.randint(0, 2450))
    return date(2013, 1, 20) + timedelta(days=random.randint(0, 320))
