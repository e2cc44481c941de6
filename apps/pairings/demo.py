"""Made-up pairings: country, weaker and new-resident schools with town and strong ones; past years confirmed, this year in every state."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from apps.core.lifecycle.enums import Verb
from apps.organizations.demo.stories import Cast, Story, moment, write
from apps.organizations.enums import SchoolArea, SchoolStrength
from apps.organizations.models import School
from apps.pairings.enums import kinds_of
from apps.pairings.models import Pairing, Step
from apps.pairings.services import traits_of

YEARS = {2012: 60, 2013: 95}  # pairs of the years that the circular looks at
LAST_YEAR, THIS_YEAR = 120, 70
LASTING, NEWCOMERS = 100, 8  # from 2014 to the year before last; of new-resident schools, besides, this year
NEARBY = 0.65  # pairs within one reporting unit
WORDS = (
    (
        "两校大队每学期共同开展两次主题队日，互派小辅导员和队干部；全年结成“手拉手”小伙伴不少于 40 对。",
        "组织共建：互派大队辅导员听课评课，共同研讨中队常规管理。\n活动联办：清明祭扫、六一入队仪式和秋季运动会共同策划。\n"
        "资源共享：鼓号队排练场地、红领巾广播站稿件和图书向对方开放。",
        "第一步：两校辅导员见面，商定全年安排。\n第二步：结成小伙伴，互写一封信。\n第三步：共同举办主题队日。\n第四步：年底总结，交流经验。",
    ),
    (
        "帮助对方健全大队、中队组织，队室和阵地达到规范要求；两校辅导员每月至少交流一次。",
        "由本校骨干辅导员每月到对方学校指导一次队课。\n两校中队一一结对，每个中队全年联办活动不少于 2 次。\n共用校外实践教育基地。",
        "第一步：摸清情况，列出清单。\n第二步：中队结对，辅导员互访。\n第三步：联办“同在一片蓝天下”队日活动。\n第四步：总结评价，商定下一年安排。",
    ),
    (
        "城乡队员互相走访、共同体验，每名四年级队员全年至少参加一次结对活动。",
        "春季请农村队员走进城区场馆，秋季请城区队员走进田间课堂。\n共同编排一台文艺节目，争同一枚雏鹰奖章。\n活动就近、分散，不给家庭增加负担。",
        "第一步：确定结对中队和活动日历。\n第二步：春季走访。\n第三步：秋季走访。\n第四步：展示交流，评选优秀小伙伴。",
    ),
)
REASONS = {
    "declined": "今年已与两所学校结对，人手安排不开，请与其他学校联系，或改为下学期开始。",
    "sent_back": "请补充安全安排和每次活动的具体时间后再报。",
}
# How far this year's pairings have come, in turn.
WAYS = ("confirmed", "confirmed", "accepted", "confirmed", "invited", "half", "confirmed", "draft", "confirmed", "declined", "sent_back")
# What the accounts of the demo find: (proposing, partner, how far).
ACCOUNTS = (
    ("haiyan-school", "nanhu-school", "invited"),
    ("nanhu-school", "tongxiang-school", "draft"),
    ("nanhu-school", "pinghu", "half"),
    ("xiuzhou", "nanhu-school", "accepted"),
    ("jiashan-school", "xiuzhou-school", "sent_back"),
    ("shizhi-school", "jiashan-school", "invited"),
    ("pinghu-school", "gangqu-school", "declined"),
    ("haining-school", "jingkai-school", "accepted"),
    ("tongxiang-school", "haining-school", "confirmed"),
)


def load(*, today: date, random: Random) -> None:
    """Pairs since 2012, with every step they took."""
    cast = Cast(random)
    teller = _Teller(cast, today, random)
    past = [teller.tell(year, *pair, "confirmed") for year, number in teller.past() for pair in teller.pairs(year, number)]
    now = [teller.tell(today.year, cast.school(one), cast.school(other), way) for one, other, way in ACCOUNTS]
    taken = {cast.school(username).organization_id for row in ACCOUNTS for username in row[:2]}
    now += [
        teller.tell(today.year, *pair, WAYS[number % len(WAYS)])
        for number, pair in enumerate(teller.pairs(today.year, THIS_YEAR, without=taken))
    ]
    write([*past, *_more(cast, today, now), *now], Pairing, Step)


def _more(cast: Cast, today: date, now: list[Story]) -> Iterator[Story]:
    """What lasted over the years in between, and what new-resident schools have begun; a sequence of its own, so that the rest stays."""
    teller = _Teller(cast, today, Random(2014))  # noqa: S311
    for pair in teller.pairs(2014, LASTING):
        yield teller.tell(2014, *pair, "confirmed", ends_on=date(today.year - 2, 12, 31))
    taken = {key for story in now for key in (story.report.organization_id, story.report.partner_id)}
    old = {school.organization_id for school in cast.schools if not school.is_new_resident and not _helps(school)}
    for pair in teller.pairs(today.year, NEWCOMERS, without=taken | old):
        yield teller.tell(today.year, *pair, "confirmed")


def _helps(school: School) -> bool:
    return school.area == SchoolArea.URBAN and school.strength == SchoolStrength.STRONG


class _Teller:
    def __init__(self, cast: Cast, today: date, random: Random) -> None:
        self.cast, self.today, self.random = cast, today, random

    def past(self) -> Iterator[tuple[int, int]]:
        yield from YEARS.items()
        yield self.today.year - 1, LAST_YEAR

    def pairs(self, year: int, number: int, without: frozenset[int] | set[int] = frozenset()) -> Iterator[tuple[School, School]]:
        """Each school that is helped once, with a helper near by or from elsewhere; either of them proposes."""
        schools = [school for school in self.cast.open_in(year) if school.organization_id not in without]
        helpers = [school for school in schools if _helps(school)]
        helped = [s for s in schools if s.area == SchoolArea.RURAL or s.is_new_resident or s.strength == SchoolStrength.WEAKER]
        for school in self.random.sample(helped, min(number, len(helped))):
            near = [helper for helper in helpers if helper.county_id == school.county_id]
            helper = self.random.choice(near if near and self.random.random() < NEARBY else helpers)
            yield (helper, school) if self.random.random() < 0.5 else (school, helper)

    def tell(self, year: int, one: School, other: School, way: str, ends_on: date | None = None) -> Story:
        """A pairing that has come as far as `way` says; until the end of its year or of the school year, where nothing else is said."""
        own, partner = one.organization, other.organization
        day = self.first_day(year, way)
        by = self.cast.people[own.pk]
        goals, plan, stages = self.random.choice(WORDS)
        starts_on = min(max(day + timedelta(days=14), date(year, 1, 10)), date(year, 12, self.random.randint(1, 20)))
        ends_on = ends_on or (date(year, 12, 31) if self.random.random() < 0.6 else date(year + 1, 6, 30))
        sides = {"organization": own, "county": own.county, "partner": partner, "partner_county": partner.county}
        pairing = Pairing(**sides, year=year, goals=goals, plan=plan, created_by=by, updated_by=by, version=2)
        pairing.created_at = moment(day - timedelta(days=2), self.random)
        if way != "draft":
            pairing.stages, pairing.starts_on, pairing.ends_on = stages, starts_on, ends_on
        story = Story(pairing)
        self.go(story, way, day, one, other)
        return story

    def go(self, story: Story, way: str, day: date, one: School, other: School) -> None:
        pairing, people = story.report, self.cast.people
        if way == "draft":
            return
        pairing.traits = traits_of(one)
        story.then(Verb.SUBMIT, moment(day, self.random), people[pairing.organization_id], pairing.organization)
        day += timedelta(days=self.random.randint(1, 3))
        partner = people[pairing.partner_id], pairing.partner
        if way == "declined":
            story.then(Verb.RETURN, moment(day, self.random), *partner, reason=REASONS[way])
        if way in ("invited", "declined"):
            return
        pairing.kinds = kinds_of(pairing.traits, traits_of(other))
        story.then(Verb.APPROVE, moment(day, self.random), *partner, "accept")
        day += timedelta(days=self.random.randint(1, 4))
        unit = people[pairing.county_id], pairing.county
        if way == "sent_back":
            remarks = (pairing.county, {"stages": "请写明各次活动的时间。"})
            story.then(Verb.RETURN, moment(day, self.random), *unit, reason=REASONS[way], remarks=remarks)
        slots = {"confirmed": ["confirm", "confirm_partner"], "half": ["confirm"] if pairing.crosses_counties else []}.get(way, [])
        for slot in slots if pairing.crosses_counties else slots[:1]:
            county = pairing.county if slot == "confirm" else pairing.partner_county
            story.then(Verb.APPROVE, moment(day, self.random), people[county.pk], county, slot)

    def first_day(self, year: int, way: str) -> date:
        """When the invitation went out: in the spring of a past year; this year what waits is a few days old."""
        if year < self.today.year:
            return date(year, 3, 1) + timedelta(days=self.random.randint(0, 75))
        return self.today - timedelta(days=self.random.randint(15, 120) if way == "confirmed" else self.random.randint(8, 14))
