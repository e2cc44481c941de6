"""Made-up schools, Pioneer organisations and accounts on the city's real divisions, so that the demo has something to show.

The shape follows the city: a central school in every town, village schools and teaching points around it, new-resident schools where
people move to. Organisation coverage reaches 52 % of the 1,202 places in 2012 and 962 of them in 2013, as the circular asks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone

from apps.accounts.models import User
from apps.organizations.enums import Kind, PlaceArea, SchoolArea, SchoolStrength, SchoolType, UnitKind
from apps.organizations.models import Organization, PioneerUnit, Place, School
from apps.organizations.services import roles

SLUGS = {
    "南湖区": "nanhu",
    "秀洲区": "xiuzhou",
    "嘉善县": "jiashan",
    "平湖市": "pinghu",
    "海盐县": "haiyan",
    "海宁市": "haining",
    "桐乡市": "tongxiang",
    "经开区": "jingkai",
    "港区": "gangqu",
    "市教育局团委": "shizhi",
}
CITY_ACCOUNTS = {"city": "city_officer", "city-lead": "city_lead", "auditor": "auditor", "sysadmin": "sysadmin"}
SCHOOL_WORDS = "春晖 朝阳 启明 育新 晨光 新苗 向阳 星火 和风 金穗 秀水 南溪 望湖 青禾 明德 博文 求是 致远".split()
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗沈陆钱姚"
GIVEN = "芳 敏 静 丽 强 磊 军 洋 艳 勇 娟 涛 明 超 秀英 霞 平 刚 桂英 建国 晓燕 志伟 春梅 海燕 国平 佳怡 文斌 雪琴".split()
COVERED_IN_2012, COVERED_IN_2013 = 625, 962
INTEGRATED_PLACES = 96
MERGED_PLACES = range(COVERED_IN_2013 - 9, COVERED_IN_2013)  # by when they were reached: merged into a neighbour since
WITHOUT_COMMITTEE, LOOSE, BRIGADES = 9, 4, 25  # one town, one new-resident school, one place with a brigade, of so many
CITY_RUN_SCHOOLS = 8
CLASSES = {SchoolType.CENTRAL: (18, 36), SchoolType.COMPLETE: (10, 24), SchoolType.TEACHING_POINT: (4, 8)}
GRADES = "一二三四五六"


def load(*, today: date, random: Random) -> None:
    """Accounts, schools with brigades and squads, and the organisations that reach the places."""
    schools = _schools(random, today)
    _accounts(random, schools)
    PioneerUnit.objects.bulk_create([*_school_units(schools, random), *_place_units(today, random), *_committees()])


def refresh_passwords() -> None:
    """The demo's accounts share one password; it is written again only when DEMO_PASSWORD has changed."""
    city = User.objects.get(username="city")
    if not check_password(settings.DEMO_PASSWORD, city.password):
        names = [
            *CITY_ACCOUNTS,
            "nanhu-editor",
            "nanhu-two",
            *(name for slug in SLUGS.values() for name in (slug, f"{slug}-town", f"{slug}-school")),
        ]
        User.objects.filter(username__in=names).update(password=make_password(settings.DEMO_PASSWORD))


def person_name(random: Random) -> str:
    """An invented adult's name."""
    return random.choice(SURNAMES) + random.choice(GIVEN)


@dataclass(frozen=True)
class _Sketch:
    parent: Organization
    name: str
    type: SchoolType
    area: SchoolArea
    strength: SchoolStrength = SchoolStrength.AVERAGE
    is_new_resident: bool = False


def _schools(random: Random, today: date) -> list[School]:
    sketches = [*_town_schools(random), *_city_schools()]
    organizations = Organization.objects.bulk_create(
        Organization(kind=Kind.SCHOOL, name=sketch.name, parent=sketch.parent, is_demo=True) for sketch in sketches
    )
    return School.objects.bulk_create(
        _school(sketch, organization, random, today) for sketch, organization in zip(sketches, organizations, strict=True)
    )


def _town_schools(random: Random) -> Iterator[_Sketch]:
    for town in Organization.objects.of_kind(Kind.TOWN):
        stem = town.name.removesuffix("街道").removesuffix("镇")
        urban = town.name.endswith("街道")
        area = SchoolArea.URBAN if urban else SchoolArea.RURAL
        words = random.sample(SCHOOL_WORDS, 5)
        strong = SchoolStrength.STRONG if urban or random.random() < 0.3 else SchoolStrength.AVERAGE
        yield _Sketch(town, f"{stem}{words[0]}中心小学", SchoolType.CENTRAL, area, strong)
        for word in words[1 : random.choice((2, 3, 3, 4))]:
            yield _Sketch(town, f"{stem}{word}小学", SchoolType.COMPLETE, area, random.choice([SchoolStrength.AVERAGE] * 3 + [strong]))
        if urban and random.random() < 0.5:
            yield _Sketch(town, f"{stem}新居民子女学校", SchoolType.COMPLETE, area, SchoolStrength.WEAKER, is_new_resident=True)
        if not urban and random.random() < 0.8:
            yield _Sketch(town, f"{stem}{words[4]}教学点", SchoolType.TEACHING_POINT, area, SchoolStrength.WEAKER)


def _city_schools() -> Iterator[_Sketch]:
    county = Organization.objects.counties().get(name="市教育局团委")
    for word in SCHOOL_WORDS[:CITY_RUN_SCHOOLS]:
        yield _Sketch(county, f"市直{word}小学", SchoolType.CENTRAL, SchoolArea.URBAN, SchoolStrength.STRONG)


def _school(sketch: _Sketch, organization: Organization, random: Random, today: date) -> School:
    class_count = random.randint(*CLASSES[sketch.type])
    opened_on = closed_on = None
    if sketch.type == SchoolType.COMPLETE and random.random() < 0.12:
        opened_on = date(2013 + int(random.random() * (today.year - 2014)), 9, 1)
    if sketch.type == SchoolType.TEACHING_POINT and random.random() < 0.2:
        closed_on = date(2014 + int(random.random() * (today.year - 2015)), 8, 31)
    return School(
        organization=organization,
        county_id=organization.county_id,
        area=sketch.area,
        type=sketch.type,
        strength=sketch.strength,
        is_new_resident=sketch.is_new_resident,
        class_count=class_count,
        member_count=class_count * random.randint(32, 44),
        opened_on=opened_on,
        closed_on=closed_on,
    )


def _accounts(random: Random, schools: Iterable[School]) -> None:
    """One account for each role a visitor may try; all share one password, hashed once."""
    password = make_password(settings.DEMO_PASSWORD)

    def account(username: str, role: str, organization: Organization) -> None:
        user = User.objects.create(username=username, name=person_name(random), password=password, chose_password_at=timezone.now())
        roles.grant(user=user, role=role, organization=organization)

    city = Organization.objects.get(kind=Kind.CITY)
    for username, role in CITY_ACCOUNTS.items():
        account(username, role, city)
    User.objects.filter(username="sysadmin").update(is_staff=True)  # may look at the gallery of components
    first_school = {school.organization.county_id: school.organization for school in reversed(list(schools)) if not school.closed_on}
    first_town = {town.county_id: town for town in Organization.objects.of_kind(Kind.TOWN).order_by("-code")}
    for county in Organization.objects.counties():
        account(SLUGS[county.name], "county_lead", county)
        account(f"{SLUGS[county.name]}-school", "school_counselor", first_school[county.pk])
        if county.pk in first_town:
            account(f"{SLUGS[county.name]}-town", "town_counselor", first_town[county.pk])


def _school_units(schools: Iterable[School], random: Random) -> Iterator[PioneerUnit]:
    """A brigade for every school and a squad for every class; squads name their brigade through the school they share. A few new-resident
    schools have their brigade and no squad yet.
    """
    newcomers = [school for school in schools if school.is_new_resident]
    loose = {school.pk for school in newcomers[::LOOSE]}
    for school in schools:
        since = school.opened_on or date(2005, 9, 1) + timedelta(days=random.randint(0, 1500))
        facts = {
            "organization": school.organization,
            "county_id": school.county_id,
            "established_on": since,
            "dissolved_on": school.closed_on,
        }
        yield PioneerUnit(kind=UnitKind.BRIGADE, name="大队", member_count=school.member_count, guide=person_name(random), **facts)
        members = school.member_count // school.class_count
        for number in range(school.class_count):
            name, guide = f"{GRADES[number % 6]}（{number // 6 + 1}）中队", person_name(random)
            if school.pk not in loose:
                yield PioneerUnit(kind=UnitKind.SQUAD, name=name, member_count=members, guide=guide, **facts)


def _place_units(today: date, random: Random) -> Iterator[PioneerUnit]:
    places = list(Place.objects.select_related("organization").order_by("organization__code"))
    _integrate(places, random)
    eagerness = {county: random.random() * 0.15 for county in sorted({place.county_id for place in places})}
    waiting = {place.county_id: place for place in reversed(places)}  # the town with an account has something left to do
    places.sort(key=lambda place: (place in waiting.values(), random.random() + eagerness[place.county_id]))
    _merge([places[rank] for rank in MERGED_PLACES], today)
    covered = places[: int(len(places) * 0.93)]
    for rank, place in enumerate(covered):
        unit = _place_unit(place, _established(rank, today, random), random)
        if rank % BRIGADES == 1:
            unit.kind, unit.name = UnitKind.BRIGADE, f"{place.organization.name}大队"
        yield unit
        if rank % 9 == 0:  # an earlier team that has ended since; the place stays covered by the one above
            ended = _place_unit(place, date(2010, 3, 1) + timedelta(days=rank % 200), random)
            ended.name, ended.dissolved_on = f"原{ended.name}", ended.established_on + timedelta(days=300)
            yield ended


def _established(rank: int, today: date, random: Random) -> date:
    if rank < COVERED_IN_2012:
        return date(2012, 1, 10) + timedelta(days=random.randint(-600, 350))
    if rank < COVERED_IN_2013:
        return date(2013, 1, 10) + timedelta(days=random.randint(0, 350))
    # A share of the time since: the day of the load moves the dates, not the chances that follow.
    return date(2014, 1, 10) + random.random() * (today - date(2014, 1, 10))


def _place_unit(place: Place, established_on: date, random: Random) -> PioneerUnit:
    usual = {
        PlaceArea.RURAL: [UnitKind.HOLIDAY_TEAM] * 4 + [UnitKind.SQUAD],
        PlaceArea.INTEGRATED: [UnitKind.HOLIDAY_TEAM, UnitKind.COMMUNITY_COMMITTEE],
        PlaceArea.URBAN: [UnitKind.COMMUNITY_COMMITTEE] * 3 + [UnitKind.HOLIDAY_TEAM],
    }
    kind = random.choice(usual[PlaceArea(place.area)])
    return PioneerUnit(
        organization=place.organization,
        county_id=place.county_id,
        kind=kind,
        name=f"{place.organization.name}{kind.label}".replace("社区社区", "社区"),
        member_count=random.randint(6, 12) if kind == UnitKind.HOLIDAY_TEAM else random.randint(18, 60),
        guide=person_name(random),
        established_on=established_on,
        dissolved_on=place.closed_on,
    )


def _committees() -> Iterator[PioneerUnit]:
    """Most towns have their committee; a sequence of its own, so that the rest stays what it is."""
    random = Random(2012)  # noqa: S311
    for number, town in enumerate(Organization.objects.of_kind(Kind.TOWN).order_by("code")):
        if number % WITHOUT_COMMITTEE == WITHOUT_COMMITTEE - 1:
            continue
        yield PioneerUnit(
            organization=town,
            county_id=town.county_id,
            kind=UnitKind.TOWN_COMMITTEE,
            name=f"{town.name}少工委",
            member_count=random.randint(7, 13),
            guide=person_name(random),
            established_on=date(2008, 3, 1) + timedelta(days=random.randint(0, 2100)),
        )


def _merge(places: list[Place], today: date) -> None:
    """Some places are no more, and with them what reached them."""
    for number, place in enumerate(places):
        place.closed_on = date(2014, 6, 30) + (today - date(2014, 6, 30)) * number / len(places)
    Place.objects.bulk_update(places, ["closed_on"])


def _integrate(places: list[Place], random: Random) -> None:
    """The divisions do not say which places are 城乡一体新社区; the demo makes some of the rural ones so, set up in the years before."""
    chosen = random.sample([place for place in places if place.area == PlaceArea.RURAL], INTEGRATED_PLACES)
    for number, place in enumerate(chosen):
        place.area, place.opened_on = PlaceArea.INTEGRATED, date(2005 + number % 5, 1, 1)
    Place.objects.bulk_update(chosen, ["area", "opened_on"])
