"""Made-up counselors, and exchanges of theirs: town counselors in the country and the other way round; past years confirmed, this year in
every state.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from apps.core.lifecycle.enums import Verb
from apps.counselors.enums import Post, Topic, Type
from apps.counselors.models import Counselor, Exchange, Step
from apps.organizations.demo import person_name
from apps.organizations.demo.stories import Cast, Story, moment, write
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, School

YEARS = {2012: 45, 2013: 70}
LAST_YEAR, THIS_YEAR, BETWEEN = 110, 60, 30
TRAINED = 0.8
NEARBY = 0.7  # within one reporting unit, as the circular asks (§3.2.2)
LENGTHS = {Type.SECONDMENT: (30, 110)}  # days; the others are a day or two
SUMMARIES = {
    Type.BRIGADE_SHOWCASE: "观摩大队主题队日和鼓号队展示，课后两校辅导员交流活动策划与队员自主组织的做法。",
    Type.LESSON_OBSERVATION: "听中队课两节并集体评课，就中队角布置、小队活动记录等常规管理交换了意见。",
    Type.RESEARCH_SEMINAR: "围绕“农村学校小队活动就近开展”课题研讨，确定了两校共同的调研提纲。",
    Type.FORUM: "在辅导员论坛上介绍本校做法，就新居民队员融入集体等问题与对方学校辅导员交流。",
    Type.SECONDMENT: "到对方学校挂职，参与大队部日常工作，帮助完善大队、中队制度，带出两名年轻辅导员。",
}
REASON = "请核对起止日期和时数，并写明交流的具体内容。"
WAYS = ("confirmed", "submitted", "confirmed", "confirmed", "draft", "confirmed", "returned", "confirmed", "submitted")
# What the accounts of the demo find: (registering, receiving, how far).
ACCOUNTS = (
    ("nanhu-school", "tongxiang-school", "returned"),
    ("nanhu-school", "haiyan-school", "confirmed"),
    ("xiuzhou-school", "nanhu-school", "submitted"),
    ("jiashan-school", "nanhu-school", "draft"),
)


def load(*, today: date, random: Random) -> None:
    """The register, and exchanges of every year since 2012."""
    cast = Cast(random)
    Counselor.objects.bulk_create(_register(cast))
    teller = _Teller(cast, today, random)
    stories = []
    for year, number in (*YEARS.items(), (today.year - 1, LAST_YEAR)):
        for pair in teller.pairs(year, number):
            stories.append(teller.tell(date(year, 3, 20) + timedelta(days=random.randint(0, 250)), *pair, "confirmed"))
    for one, other, way in ACCOUNTS:
        stories.append(teller.tell(today - timedelta(days=random.randint(8, 20)), cast.school(one), cast.school(other), way))
    nanhu = cast.school("nanhu-school").county_id
    for number, pair in enumerate(teller.pairs(today.year, THIS_YEAR)):
        # The story's county has some that wait, whatever the turn.
        way = "submitted" if pair[0].county_id == nanhu and number % 3 == 0 else WAYS[number % len(WAYS)]
        past = random.randint(20, 160) if way == "confirmed" else random.randint(8, 20)
        stories.append(teller.tell(today - timedelta(days=past), *pair, way))
    write([*_between(cast, today), *stories], Exchange, Step)


def _between(cast: Cast, today: date) -> Iterator[Story]:
    """The years from 2014 to the one before last; a sequence of its own, so that the others stay what they are."""
    teller = _Teller(cast, today, Random(2014))  # noqa: S311
    for year in range(2014, today.year - 1):
        for pair in teller.pairs(year, BETWEEN):
            yield teller.tell(date(year, 3, 20) + timedelta(days=teller.random.randint(0, 250)), *pair, "confirmed")


def _register(cast: Cast) -> Iterator[Counselor]:
    """Everybody the circular asks for: a brigade counselor at each school, a chief one for each town; most of them trained."""
    random = Random(2012)  # noqa: S311  a sequence of its own, so that the exchanges stay what they are
    for school in cast.schools:
        person = cast.people[school.organization_id]
        came = date(random.randint(2004, 2011), 9, 1)
        since = min(max(came, school.opened_on or came), school.closed_on or date.max)
        yield _counselor(school.organization, Post.BRIGADE, person.name, since, school.closed_on, random)
    for post in Organization.objects.of_kind(Kind.COUNTY, Kind.TOWN).order_by("pk"):
        yield _counselor(post, Post.CHIEF, person_name(random), date(random.randint(2006, 2012), 9, 1), None, random)


def _counselor(organization: Organization, post: Post, name: str, since: date, until: date | None, random: Random) -> Counselor:
    counselor = Counselor(organization=organization, county_id=organization.county_id, post=post, name=name, since=since, until=until)
    if random.random() < TRAINED:
        counselor.certificate_number = f"演示数据-{since.year}-{random.randint(1, 9999):04}"
        counselor.certificate_issuer, counselor.certificate_on = "演示数据培训班", min(since + timedelta(days=300), date(2013, 11, 20))
    return counselor


class _Teller:
    def __init__(self, cast: Cast, today: date, random: Random) -> None:
        self.cast, self.today, self.random = cast, today, random

    def pairs(self, year: int, number: int) -> Iterator[tuple[School, School]]:
        schools = self.cast.open_in(year)
        for school in self.random.sample(schools, number):
            others = [other for other in schools if other is not school and other.area != school.area]
            near = [other for other in others if other.county_id == school.county_id]
            yield school, self.random.choice(near if near and self.random.random() < NEARBY else others)

    def tell(self, day: date, one: School, other: School, way: str) -> Story:
        """An exchange that ended on a day, registered a few days later, and what became of it."""
        random, own, partner = self.random, one.organization, other.organization
        type = random.choice([*list(Type)[:-1] * 3, Type.SECONDMENT])
        starts_on = day - timedelta(days=random.randint(*LENGTHS.get(type, (0, 1))))
        by = self.cast.people[own.pk]
        exchange = Exchange(
            organization=own,
            county=own.county,
            partner=partner,
            partner_county=partner.county,
            created_by=by,
            updated_by=by,
            version=2,
            year=day.year,
            type=type,
            topics=sorted(random.sample(Topic.values, random.randint(1, 3))),
            counselors="、".join(person_name(random) for _ in range(random.randint(1, 2))),
            starts_on=starts_on,
            ends_on=day,
            hours=Decimal((day - starts_on).days * 4 + random.randint(4, 12)) / (1 if type == Type.SECONDMENT else 2),
            created_at=moment(day + timedelta(days=1), random),
        )
        if way != "draft":
            exchange.summary = SUMMARIES[type]
        story = Story(exchange)
        if way != "draft":
            story.then(Verb.SUBMIT, moment(day + timedelta(days=2), random), by, own)
        lead = self.cast.people[own.county_id], own.county
        if way == "returned":
            story.then(Verb.RETURN, moment(day + timedelta(days=5), random), *lead, reason=REASON)
        if way == "confirmed":
            story.then(Verb.APPROVE, moment(day + timedelta(days=random.randint(3, 9)), random), *lead, "confirm")
        return story
