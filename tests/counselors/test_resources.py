"""The ledger of counselors."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.counselors.models import Counselor
from tests.factories.counselors import CounselorFactory
from tests.factories.ledgers import bring, check, taken_out

UNTRAINED = {"certificate_number": "", "certificate_issuer": "", "certificate_on": None}
ROW = {"organization": "第一小学", "name": "王芳", "post": "大队辅导员", "since": "2010-09-01"}


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county())


@pytest.fixture
def settled(jiaxing, lead):
    """Counselors wherever there may be some; one of another county."""
    school = jiaxing.school(name="第一小学(东)")
    CounselorFactory(organization=school, name="阿依古丽·买买提", certificate_number="-2011(12)", certificate_issuer="市少工委 培训班")
    CounselorFactory(organization=school, post="squad", until=date(2012, 7, 1), **UNTRAINED)
    CounselorFactory(organization=jiaxing.town(), post="chief", name="李敏", certificate_issuer="", certificate_on=None)
    CounselorFactory(organization=jiaxing.county(), post="chief", name="Ana Maria")
    CounselorFactory(organization=jiaxing.place(), post="volunteer")
    CounselorFactory(organization=jiaxing.school("海宁市"))
    return lead


def test_what_was_taken_out_comes_back_unchanged(settled):
    rows = taken_out("counselors", by=settled)
    assert len(rows) == 5
    checked = check("counselors", rows, by=settled)
    assert [(row.outcome, row.faults) for row in checked] == [("unchanged", {})] * 5


def test_counselors_are_registered_trained_and_leave(jiaxing, lead):
    school = jiaxing.school(name="第一小学")
    rows = [ROW, {**ROW, "name": "李 敏", "post": "校外辅导员", "since": "2011年3月1日"}]
    assert [row.outcome for row in bring("counselors", rows, by=lead)] == ["new", "new"]
    found = Counselor.objects.filter(organization=school).order_by("since")
    assert [(each.name, each.post, each.county.name) for each in found] == [
        ("王芳", "brigade", "南湖区"),
        ("李敏", "volunteer", "南湖区"),
    ]
    trained = {**ROW, "certificate_number": "培字1号", "certificate_on": "2012-07-20"}
    (row,) = bring("counselors", [trained], by=jiaxing.person("school_counselor", school))
    assert (row.outcome, Counselor.objects.trained().get().certificate_on) == ("changed", date(2012, 7, 20))
    (row,) = bring("counselors", [{**trained, "until": "2013-07-01"}], by=lead)
    assert (row.hints, Counselor.objects.get(pk=row.target).until) == (["将于 2013-07-01 离任。"], date(2013, 7, 1))
    assert check("counselors", [ROW], by=lead)[0].faults == {}  # what the file does not have stays
    assert check("counselors", [{**ROW, "until": ""}], by=lead)[0].faults == {
        "": "王芳已于 2013-07-01 离任，不能再修改；再次任职的，请重新登记。"
    }
    assert [row.outcome for row in bring("counselors", [{**ROW, "since": "2014-09-01"}], by=lead)] == ["new"]


def test_nobody_is_registered_twice(jiaxing, lead):
    CounselorFactory(organization=jiaxing.school(name="第一小学"), name="王芳")
    rows = [
        {**ROW, "since": "2012-09-01"},
        {**ROW, "name": "李敏"},
        {**ROW, "name": "李敏"},
        {**ROW, "name": "李敏", "since": "2011-01-01"},
        {**ROW, "name": "李敏", "since": "2005-01-01", "until": "2006-01-01"},
    ]
    assert [row.faults for row in check("counselors", rows, by=lead)] == [
        {"since": "王芳自 2010-09-01 起已在这里任同类辅导员，请勿重复登记。"},
        {},
        {"": "与第 3 行重复，请只保留一行。"},
        {"since": "与第 3 行是同一位大队辅导员，任职日期不同，请核对。"},
        {},
    ]


def test_what_cannot_be_is_named(jiaxing, lead):
    jiaxing.school(name="第一小学")
    rows = [
        {**ROW, "post": "总辅导员", "certificate_issuer": "市少工委"},
        {**ROW, "name": "王芳3", "since": "1948-01-01", "until": "2999-01-01"},
        {**ROW, "name": "王芬", "until": "2009-01-01"},
        {**ROW, "organization": jiaxing.school("海宁市", name="海宁小学").name},
    ]
    assert [row.faults for row in check("counselors", rows, by=lead)] == [
        {"post": "学校没有总辅导员，请核对类别和单位。", "certificate_number": "填写了发证单位或发证日期的，请填写证书编号。"},
        {
            "name": "姓名只含文字和间隔号“·”，请核对。",
            "since": "日期不能早于建队日（1949-10-13），请核对年份。",
            "until": "日期不能晚于今天。",
        },
        {"until": "离任日期不能早于任职日期。"},
        {"organization": "“海宁小学”属于海宁市，不在您的办理范围内。"},
    ]


def test_as_many_statements_for_many_rows_as_for_one(jiaxing, lead):
    def statements(names):
        with CaptureQueriesContext(connection) as queries:
            check("counselors", [{**ROW, "organization": name} for name in names], by=lead)
        return len(queries)

    names = [jiaxing.school().name for _ in range(6)]
    statements(names[:1])  # what a person may do is read once
    assert statements(names[:1]) == statements(names)
