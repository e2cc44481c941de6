"""The ledgers of the tree and of its units."""

from datetime import date

import pytest

from apps.organizations.enums import UnitKind
from apps.organizations.models import Organization, PioneerUnit, School
from tests.factories.ledgers import bring, check, ledger, taken_out
from tests.factories.organizations import SchoolFactory, UnitFactory

SCHOOL = {"area": "城镇", "type": "中心小学", "strength": "一般学校", "class_count": 12, "member_count": 480}


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county())


@pytest.fixture
def settled(jiaxing, lead):
    """A school with a brigade and a squad, one place with a team, and the same in another county."""
    for county in ("南湖区", "海宁市"):
        school = jiaxing.school(county, name=f"{county}第一小学", class_count=20)
        UnitFactory(organization=school, kind=UnitKind.BRIGADE, name="大队")
        UnitFactory(organization=school, kind=UnitKind.SQUAD, name="三（2）中队", guide="王芳", dissolved_on=date(2012, 9, 1))
        UnitFactory(organization=jiaxing.place(county))
        UnitFactory(organization=jiaxing.town(county), kind=UnitKind.TOWN_COMMITTEE)
        SchoolFactory(parent=jiaxing.county(county), name=f"{county}直属小学")
    return lead


@pytest.mark.parametrize(
    ("key", "count"), [("towns", None), ("places", None), ("schools", 2), ("units", 2), ("place-units", 1), ("town-units", 1)]
)
def test_what_was_taken_out_comes_back_unchanged(settled, key, count):
    rows = taken_out(key, by=settled)
    assert rows
    assert count in (None, len(rows))
    checked = check(key, rows, by=settled)
    assert [(row.outcome, row.faults) for row in checked] == [("unchanged", {})] * len(rows)


def test_schools_are_registered_and_amended(jiaxing, settled):
    town = jiaxing.town().name
    rows = [
        {"county": "南湖区", "town": town, "name": "新建小学", **SCHOOL},
        {"town": town, "name": "南湖区第一小学", **SCHOOL, "class_count": "２４"},
    ]
    checked = bring("schools", rows, by=settled)
    assert [row.outcome for row in checked] == ["new", "changed"]
    new, old = School.objects.get(organization__name="新建小学"), School.objects.get(organization__name="南湖区第一小学")
    assert (new.organization.parent.name, new.county.name, new.class_count, new.area) == (town, "南湖区", 12, "urban")
    assert (old.class_count, old.member_count) == (24, 480)
    assert Organization.objects.get(pk=new.organization_id).path.endswith(f".{new.organization_id}")


def test_a_school_of_another_county_is_refused(jiaxing, settled):
    there = jiaxing.town("海宁市").name
    rows = [
        {"county": "海宁市", "town": there, "name": "海宁市第一小学", **SCHOOL},
        {"county": "南湖区", "town": there, "name": "甲小学", **SCHOOL},
        {"county": "南湖区", "town": "", "name": "海宁市第一小学", **SCHOOL},
    ]
    assert [row.faults for row in check("schools", rows, by=settled)] == [
        {"county": f"“{there}”属于海宁市，不在您的办理范围内。"},
        {"town": f"南湖区没有叫“{there}”的镇（街道），请核对名称。"},
        {"name": f"“海宁市第一小学”已登记在海宁市{there}。如确是另一所同名学校，请在校名前加上地名。"},
    ]


def test_every_wrong_cell_is_named_at_once(jiaxing, settled):
    (row,) = check(
        "schools",
        [{"town": "没有镇", "name": "乙小学", **SCHOOL, "area": "郊区", "class_count": "十二", "opened_on": "12.9.1"}],
        by=settled,
    )
    assert row.faults == {
        "town": "没有叫“没有镇”的镇（街道），请核对名称。",
        "area": "“郊区”不在可选范围内，请填城镇、农村。",
        "class_count": "“十二”不是整数，请只填数字。",
        "opened_on": "“12.9.1”不是完整的日期，请写成 2012-04-10。",
    }


def test_the_same_row_twice_is_named(jiaxing, settled):
    row = {"town": jiaxing.town().name, "name": "丙小学", **SCHOOL}
    assert [row.faults for row in check("schools", [row, row], by=settled)] == [{}, {"": "与第 2 行重复，请只保留一行。"}]


def test_units_are_established_and_dissolved(jiaxing, settled):
    school = "南湖区第一小学"
    rows = [
        {
            "organization": school,
            "kind": "中队",
            "name": "四（1） 中队",
            "member_count": 40,
            "guide": "",
            "established_on": "2012年4月10日",
        },
        {
            "organization": school,
            "kind": "大队",
            "name": "大队",
            "member_count": 8,
            "established_on": "2011.9.1",
            "dissolved_on": date(2012, 9, 1),
        },
    ]
    assert [row.outcome for row in bring("units", rows, by=settled)] == ["new", "changed"]
    squad = PioneerUnit.objects.get(name="四（1）中队")
    assert (squad.organization.name, squad.county.name, squad.established_on) == (school, "南湖区", date(2012, 4, 10))
    assert PioneerUnit.objects.get(organization__name=school, kind="brigade").dissolved_on == date(2012, 9, 1)


def test_a_closed_school_takes_its_units_along(jiaxing, settled):
    school = {"town": jiaxing.town().name, "name": "南湖区第一小学", **SCHOOL, "closed_on": "2012-10-01"}
    (row,) = bring("schools", [school], by=settled)
    assert row.hints == ["将于 2012-10-01 撤并，1 个大队、中队同日撤销。"]
    units = PioneerUnit.objects.filter(organization__name="南湖区第一小学").order_by("kind")
    assert [unit.dissolved_on for unit in units] == [date(2012, 10, 1), date(2012, 9, 1)]
    assert row.effects == {"dissolved": [units[0].pk]}
    assert [row.faults for row in check("schools", [{**school, "class_count": 3}], by=settled)] == [
        {"": "“南湖区第一小学”已于 2012-10-01 撤并，不能再修改。"}
    ]


def test_the_units_of_a_school_come_back_when_its_closing_is_taken_back(jiaxing, settled):
    """Those that went with it; not what was dissolved before, nor what has got another day since."""
    school = {"town": jiaxing.town().name, "name": "南湖区第一小学", **SCHOOL, "closed_on": "2012-10-01"}
    organization = Organization.objects.get(name="南湖区第一小学")
    UnitFactory(organization=organization, kind=UnitKind.SQUAD, name="四（1）中队")
    (row,) = bring("schools", [school], by=settled)
    PioneerUnit.objects.filter(name="四（1）中队").update(dissolved_on=date(2012, 9, 15))
    ledger("schools").unsettle([row], settled)
    units = PioneerUnit.objects.filter(organization=organization).order_by("name")
    assert {unit.name: unit.dissolved_on for unit in units} == {
        "三（2）中队": date(2012, 9, 1),
        "四（1）中队": date(2012, 9, 15),
        "大队": None,
    }


def test_a_merged_place_takes_its_units_along_and_gets_them_back(jiaxing, settled):
    place, unit = jiaxing.place(), PioneerUnit.objects.get(organization=jiaxing.place())
    cells = {"town": jiaxing.town().name, "name": place.name, "area": "农村"}
    (early,) = check("places", [{**cells, "opened_on": "2010-05-01", "closed_on": "2010-04-30"}], by=settled)
    assert early.faults == {"closed_on": "撤并日期不能早于设立日期。"}
    (row,) = bring("places", [{**cells, "opened_on": "2010-05-01", "closed_on": "2012-10-01"}], by=settled)
    assert row.hints == ["将于 2012-10-01 撤并，1 个少先队组织同日撤销。"]
    unit.refresh_from_db()
    assert (jiaxing.place().place.opened_on, unit.dissolved_on) == (date(2010, 5, 1), date(2012, 10, 1))
    new = {"organization": place.name, "kind": "雏鹰假日小队", "name": "新小队", "established_on": "2012-11-01"}
    assert [row.faults for row in check("place-units", [new], by=settled)] == [
        {"organization": f"“{place.name}”已于 2012-10-01 撤并，不能再设立少先队组织。"}
    ]
    ledger("places").unsettle([row], settled)
    unit.refresh_from_db()
    assert unit.dissolved_on is None


def test_committees_of_towns_come_from_a_file(jiaxing, settled):
    prefilled = list(ledger("town-units").prefilled(settled))
    assert len(prefilled) == 11
    rows = [{**row, "established_on": "2009-03-01"} for row in prefilled]
    assert {row.outcome for row in bring("town-units", rows, by=settled)} == {"new"}
    committees = PioneerUnit.objects.filter(kind=UnitKind.TOWN_COMMITTEE, established_on=date(2009, 3, 1))
    assert {(unit.organization.kind, unit.county.name) for unit in committees} == {("town", "南湖区")}
    elsewhere, place = jiaxing.town("海宁市").name, jiaxing.place().name
    found = check("town-units", [{**rows[0], "county": "", "organization": name} for name in (elsewhere, place)], by=settled)
    assert [row.faults for row in found] == [
        {"organization": f"“{elsewhere}”属于海宁市，不在您的办理范围内。"},
        {"organization": f"没有叫“{place}”的镇（街道），请核对名称。"},
    ]
    (row,) = check("town-units", [{**rows[0], "county": "海宁市"}], by=settled)
    assert list(row.faults) == ["county"]


def test_what_would_not_fit_is_named(jiaxing, settled):
    (row,) = check("schools", [{"town": jiaxing.town().name, "name": "长" * 61, **SCHOOL, "class_count": 40_000}], by=settled)
    assert row.faults == {"name": "最多 60 字，现在有 61 字，请删减。", "class_count": "确保该值小于或等于32767。"}
