"""The workbooks that a county fills in: its own organizations are there already, and no one else's."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from apps.core.ledgers import registry, sheets
from tests.factories.ledgers import check, ledger
from tests.factories.organizations import SchoolFactory


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county())


@pytest.fixture
def schools(jiaxing):
    for county in ("南湖区", "海宁市"):
        jiaxing.school(county, name=f"{county}第一小学")
        SchoolFactory(parent=jiaxing.county(county), name=f"{county}直属小学")
    jiaxing.school("南湖区", name="撤并的小学", closed_on=date(2020, 1, 1))


def opened(key, user):
    """The sheets of a user's template, as rows."""
    declared = ledger(key)
    with sheets.template(declared, rows=declared.prefilled(user), offered=declared.offered(user)) as file:
        book = CalamineWorkbook.from_filelike(file)
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_units_begin_with_a_row_for_each_own_school(jiaxing, lead, schools):
    head, *rows = opened("units", lead)["大队、中队"]
    assert head[:5] == ["报送单位", "镇（街道）", "学校", "类别", "名称"]
    assert sorted(row[:4] for row in rows) == [
        ["南湖区", "", "南湖区直属小学", ""],
        ["南湖区", jiaxing.town().name, "南湖区第一小学", ""],
    ]


def test_schools_begin_with_what_is_registered(jiaxing, lead, schools):
    rows = [dict(zip(ledger("schools").names, row, strict=True)) for row in opened("schools", lead)["学校"][1:]]
    assert {row["name"] for row in rows} == {"南湖区直属小学", "南湖区第一小学"}
    assert [(row.outcome, row.faults) for row in check("schools", rows, by=lead)] == [("unchanged", {})] * 2
    offered = ledger("schools").offered(lead)
    assert offered["county"] == ["南湖区"]
    assert jiaxing.town().name in offered["town"]
    assert jiaxing.town("海宁市").name not in offered["town"]


@pytest.mark.parametrize("key", [declared.key for declared in registry.declared()])
def test_every_ledger_has_a_template_whose_example_stands(jiaxing, lead, schools, key):
    declared = ledger(key)
    found = opened(key, lead)
    assert [name for name in found if name != "选项"] == [declared.label, "示例", "说明"]
    heads = [column.heading for column in declared.columns if not column.derived]
    assert found[declared.label][0] == found["示例"][1] == heads


@pytest.mark.parametrize("key", [declared.key for declared in registry.declared()])
def test_nobody_without_the_permission_is_offered_anything(jiaxing, schools, key):
    auditor = jiaxing.person("auditor", jiaxing.city)
    assert list(ledger(key).prefilled(auditor)) == []
    assert [names for names in ledger(key).offered(auditor).values() if names] == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_template_costs_the_same_for_many_schools(jiaxing, lead, count):
    for number in range(count):
        jiaxing.school("南湖区", name=f"第 {number} 小学")
    with CaptureQueriesContext(connection) as queries:
        opened("units", lead)
    assert len(queries) == 4
