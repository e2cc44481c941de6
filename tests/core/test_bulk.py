"""Many rows in one statement: what is stored is what was given, whatever stands in it."""

from datetime import date

import pytest

from apps.core import bulk
from apps.exchange.models import Line, Upload
from apps.organizations.models import Organization, PioneerUnit

UNIT = ("organization_id", "county_id", "kind", "name", "guide", "established_on", "dissolved_on")
LINE = ("organization", "county", "upload", "number", "outcome", "cells", "before", "hints", "target")
TEXTS = ['"甲",乙', "反\\斜\\N", "两\n行\r\n", "\t", "NULL", "{1,2}", "'单引号'", "%s", "\\."]


@pytest.fixture
def upload(jiaxing):
    lead, county = jiaxing.person("county_lead", jiaxing.county()), jiaxing.county()
    return Upload.objects.create(ledger="units", organization=county, county=county, by=lead, filename="台账.xlsx", file="x")


@pytest.mark.parametrize("count", [1, 3000])
def test_rows_are_added_with_the_same_statements(jiaxing, django_assert_num_queries, count):
    school = jiaxing.school()
    with django_assert_num_queries(4):  # the stage, COPY, the rows, the end of the stage; psycopg2's own COPY is not counted
        rows = ((school.pk, school.county_id, "squad", f"{n}中队", "", date(2012, 4, 10), None) for n in range(count))
        assert bulk.insert(PioneerUnit, UNIT, rows) == count


def test_texts_arrays_and_json_arrive_as_they_are(upload):
    rows = [
        (upload.organization_id, upload.county_id, upload.pk, number, "new", [text, None, 1.5, True], {"": text}, [text, *TEXTS], None)
        for number, text in enumerate(TEXTS)
    ]
    bulk.insert(Line, LINE, rows)
    assert list(upload.lines.values_list(*LINE)) == rows


def test_an_empty_text_is_no_null_and_a_null_no_empty_text(jiaxing):
    school = jiaxing.school()
    bulk.insert(PioneerUnit, UNIT, [(school.pk, school.county_id, "squad", "一中队", "", date(2012, 4, 10), None)])
    unit = PioneerUnit.objects.get()
    assert (unit.guide, unit.dissolved_on, unit.member_count) == ("", None, 0)  # the last was not named and has its default


def test_rows_are_changed_and_taken_away_by_a_field(jiaxing, upload):
    rows = [(upload.organization_id, upload.county_id, upload.pk, number, "new", [], None, [], None) for number in (1, 2, 3)]
    bulk.insert(Line, LINE, rows)
    first, second, third = upload.lines.values_list("pk", flat=True)
    assert bulk.update(Line, ("target", "hints"), [(first, 7, ["甲"]), (third, None, [])], by="id") == 2
    assert list(upload.lines.values_list("target", "hints")) == [(7, ["甲"]), (None, []), (None, [])]
    assert bulk.delete(Line, [second, third], by="id") == 2
    assert upload.lines.count() == 1


def test_keys_are_nobody_elses(jiaxing):
    keys = bulk.next_keys(Organization, 3)
    assert len(set(keys)) == 3
    assert jiaxing.school().pk not in keys


def test_among_is_in_with_one_parameter(jiaxing, django_assert_num_queries):
    names = ["南湖区", "海宁市", "没有的区"]
    found = Organization.objects.counties().filter(name__among=names)
    assert sorted(found.values_list("name", flat=True)) == sorted(names[:2])
    assert len(found.query.get_compiler("default").as_sql()[1]) == 2  # the kind, and the array
    assert Organization.objects.filter(parent__among=[found[0].pk], kind="town").exists()
