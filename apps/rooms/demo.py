"""Made-up activity rooms: about 80 % of the schools of 2012, nearly all of 2013, and this year's few on their way."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.accounts.models import User
from apps.core.lifecycle.enums import State, Verb
from apps.organizations.demo import person_name
from apps.organizations.enums import SchoolType
from apps.organizations.models import RoleHolding, School
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
    schools = list(School.objects.select_related("organization", "county").order_by("county__position", "organization_id"))
    holdings = RoleHolding.objects.filter(role__in=["school_counselor", "county_lead"]).prefetch_related("group__user_set")
    people = {holding.organization_id: holding.group.user_set.all()[0] for holding in holdings}
    people |= _counselors([school.organization_id for school in schools if school.organization_id not in people], random)
    states = _states(schools, people)
    checklist = Checklist.objects.prefetch_related("items").get(pk=Checklist.objects.in_force(today).pk)
    rooms = []
    for school in schools:
        if state := states[school.pk]:
            room = Room(organization=school.organization, county=school.county, checklist=checklist, state=state)
            room.created_by = people[school.organization_id]
            _furnish(room, random)
            _date(room, school, today, random)
            _hand_in(room)
            rooms.append(room)
    Room.objects.bulk_create(rooms)
    Step.objects.bulk_create(step for room in rooms for step in _steps(room, people[room.county_id]))
    Room.objects.update(updated_at=Coalesce("decided_at", "submitted_at", "created_at"))


def _counselors(organizations: list[int], random: Random) -> dict[int, User]:
    """The counselors of schools without an account of their own in the demo: a name behind what was registered, unable to sign in."""
    made = User.objects.bulk_create(
        User(username=f"demo-counselor-{pk}", name=person_name(random), email=f"{pk}@demo.example", password="!", is_active=False)  # noqa: S106
        for pk in organizations
    )
    return dict(zip(organizations, made, strict=True))


def _states(schools: list[School], people: dict[int, User]) -> dict[int, State | None]:
    """What has become of each school's room; None where there is none."""
    states: dict[int, State | None] = dict.fromkeys((school.pk for school in schools), State.APPROVED)
    counties = list(dict.fromkeys(school.county_id for school in schools))
    for number, (county, busy) in enumerate(zip(counties, NEWEST, strict=True)):
        there = [school for school in schools if school.county_id == county and not school.closed_on]
        newest = sorted(there, key=lambda school: school.opened_on or date.min, reverse=True)
        if number:  # elsewhere than in the story's county the schools of 2013 keep what they have
            newest = [school for school in newest if school.opened_on and school.opened_on.year > 2013]
        states |= {school.pk: state for school, state in zip(newest, busy, strict=False)}
    for school in schools:
        username = people[school.organization_id].username
        states[school.pk] = ACCOUNTS.get(username, State.APPROVED if username.endswith("-school") else states[school.pk])
    return states


def _furnish(room: Room, random: Random) -> None:
    """A standard room for most; now and then a teaching point whose room is too small or without bugles."""
    room.location = random.choice(PLACES)
    room.area = Decimal(random.randint(24, 120)) / 2
    room.items = [item.key for item in room.checklist.items.all() if item.required or random.random() < 0.5]
    if room.organization.school.type == SchoolType.TEACHING_POINT and random.random() < 0.05:
        room.area = Decimal(random.randint(14, 19)) / 2
        room.items.remove("bugles")
        room.description = "与图书室合用。"
    if room.state == State.DRAFT:
        room.location, room.items = "", room.items[:4]


def _date(room: Room, school: School, today: date, random: Random) -> None:
    """When it came into use, was registered, submitted and decided."""
    if room.state != State.APPROVED:
        room.built_on = today - timedelta(days=random.randint(40, 150))
        submitted = today - timedelta(days=random.randint(3, 12))
        decided = submitted + timedelta(days=2)
    else:
        room.built_on = _built_on(school, random)
        submitted = max(room.built_on, BEGUN) + timedelta(days=random.randint(3, 30))
        decided = submitted + timedelta(days=random.randint(1, 12))
    room.created_at = _moment(submitted - timedelta(days=1), random)
    if room.state != State.DRAFT:
        room.submitted_at, room.submitted_by = _moment(submitted, random), room.created_by
    if room.state in (State.APPROVED, State.RETURNED):
        room.decided_at = _moment(decided, random)


def _built_on(school: School, random: Random) -> date:
    if school.opened_on:
        return school.opened_on + timedelta(days=random.randint(0, 90))
    if random.random() < READY_IN_2012:
        return date(2006, 3, 1) + timedelta(days=random.randint(0, 2450))
    return date(2013, 1, 20) + timedelta(days=random.randint(0, 320))


def _moment(day: date, random: Random) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(random.randint(8, 16), random.randint(0, 59))))


def _hand_in(room: Room) -> None:
    if room.state != State.DRAFT:
        room.area_needed = room.checklist.area_for(room.organization.school.class_count)
        room.is_standard = not room.shortfalls


def _steps(room: Room, lead: User) -> Iterator[Step]:
    """The way of a room to its state, as the lifecycle would have recorded it."""
    facts = {"report": room, "content": room.content(), **room.tenancy()}
    if room.submitted_at:
        yield Step(verb=Verb.SUBMIT, by=room.created_by, on_behalf_of=room.organization.name, at=room.submitted_at, **facts)
    if room.decided_at and room.state == State.APPROVED:
        yield Step(verb=Verb.APPROVE, slot="review", by=lead, on_behalf_of=room.county.office, at=room.decided_at, **facts)
    if room.decided_at and room.state == State.RETURNED:
        back = {"reason": REASON, "remarks": REMARKS}
        yield Step(verb=Verb.RETURN, by=lead, on_behalf_of=room.county.office, at=room.decided_at, **back, **facts)
