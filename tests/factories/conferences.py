"""The joint conference of a reporting unit: members, meetings, decisions."""

from datetime import date, timedelta
from typing import Any

import factory
from django.utils import timezone

from apps.conferences.enums import Body, Presence
from apps.conferences.models import AgendaItem, Attendance, Decision, Meeting, Member


class MemberFactory(factory.django.DjangoModelFactory):
    """`MemberFactory(organization=county)`: somebody of the education bureau, since two years."""

    class Meta:
        model = Member

    county = factory.SelfAttribute("organization")
    name = factory.Sequence("陈科长{}".format)
    body = Body.EDUCATION
    post = "教育局副局长"
    since = date(2024, 3, 1)


class MeetingFactory(factory.django.DjangoModelFactory):
    """`MeetingFactory(organization=county)`: held a week ago, with two items; `recorded=True` adds minutes and who came."""

    class Meta:
        model = Meeting
        skip_postgeneration_save = True

    county = factory.SelfAttribute("organization")
    title = factory.Sequence("第{}次联席会议".format)
    day = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=7))
    created_by = factory.SubFactory("tests.factories.people.UserFactory")

    @factory.post_generation
    def agenda(meeting: Meeting, create: bool, extracted: Any, **kwargs: Any) -> None:  # type: ignore[misc]
        for position, title in enumerate(extracted or ("通报工作进展", "研究队室建设"), start=1):
            AgendaItem.objects.create(meeting=meeting, position=position, title=title, **meeting.tenancy())

    @factory.post_generation
    def recorded(meeting: Meeting, create: bool, extracted: Any, **kwargs: Any) -> None:  # type: ignore[misc]
        if extracted:
            member = MemberFactory(organization=meeting.organization)
            Attendance.objects.create(meeting=meeting, member=member, presence=Presence.PRESENT, **meeting.tenancy())
            meeting.minutes = "<p>会议同意全年安排。</p>"
            meeting.save()


class DecisionFactory(factory.django.DjangoModelFactory):
    """`DecisionFactory(meeting=meeting)`: due in a month."""

    class Meta:
        model = Decision

    position = factory.Sequence(lambda n: n + 1)
    text = "完成队室达标复查"
    responsible = "教育局"
    due_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))
    organization = factory.SelfAttribute("meeting.organization")
    county = factory.SelfAttribute("meeting.county")
