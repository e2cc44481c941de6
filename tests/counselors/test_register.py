"""The register of counselors: its services, its list and its forms."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.core.errors import Conflict, DomainError
from apps.core.seen import fingerprint
from apps.counselors.models import Counselor
from apps.counselors.services import register
from tests.factories.counselors import CounselorFactory

LIST = reverse("counselors:register")
FACTS = {"name": "王芳", "post": "brigade", "since": date(2010, 9, 1)}


@pytest.fixture
def school(jiaxing):
    return jiaxing.school(name="第一小学")


@pytest.fixture
def counselor(jiaxing, school):
    return jiaxing.person("school_counselor", school)


def names(answer):
    return [row.name for row in answer.context["table"].data]


def test_a_post_is_held_once_at_a_time(school, counselor):
    first = register.appoint(organization=school, by=counselor, **FACTS)
    with pytest.raises(DomainError, match="王芳自 2010-09-01 起已在这里任同类辅导员"):
        register.appoint(organization=school, by=counselor, **{**FACTS, "since": date(2012, 9, 1)})
    register.leave(counselor=first, on=date(2011, 7, 1), by=counselor)
    register.appoint(organization=school, by=counselor, **{**FACTS, "since": date(2012, 9, 1)})
    assert [each.since.year for each in Counselor.objects.serving_on(date(2013, 1, 1))] == [2012]


def test_what_cannot_be_is_refused(jiaxing, school, counselor):
    wrong = [
        ({**FACTS, "post": "chief"}, "学校没有总辅导员，请核对类别和单位。"),
        ({**FACTS, "certificate_issuer": "市少工委"}, "填写了发证单位或发证日期的，请填写证书编号。"),
    ]
    for facts, sentence in wrong:
        with pytest.raises(DomainError) as refused:
            register.appoint(organization=school, by=counselor, **facts)
        assert refused.value.message == sentence
    row = CounselorFactory(organization=school)
    for day, sentence in {
        date(2010, 8, 31): "离任日期不能早于任职日期。",
        timezone.localdate() + timedelta(1): "离任日期不能晚于今天。",
    }.items():
        with pytest.raises(DomainError) as refused:
            register.leave(counselor=row, on=day, by=counselor)
        assert refused.value.message == sentence


def test_the_second_of_two_writers_is_told(school, counselor):
    row = CounselorFactory(organization=school)
    seen = fingerprint(row, register.AMENDABLE)
    facts = {name: getattr(row, name) for name in register.AMENDABLE}
    register.amend(counselor=row, seen=seen, by=counselor, **{**facts, "name": "王丽"})
    with pytest.raises(Conflict):
        register.amend(counselor=row, seen=seen, by=counselor, **{**facts, "name": "王莉"})
    register.leave(counselor=row, on=timezone.localdate(), by=counselor)
    row.refresh_from_db()
    with pytest.raises(DomainError, match="离任，不能再修改"):
        register.amend(counselor=row, seen=fingerprint(row, register.AMENDABLE), by=counselor, **facts)


def test_the_list_shows_who_serves_and_narrows(jiaxing, school):
    CounselorFactory(organization=school, name="王芳")
    CounselorFactory(organization=school, name="李敏", certificate_number="", certificate_issuer="", certificate_on=None)
    CounselorFactory(organization=school, name="周静", until=date(2012, 7, 1))
    CounselorFactory(organization=jiaxing.town(), name="赵磊", post="chief")
    CounselorFactory(organization=jiaxing.school("海宁市"), name="陈洋")
    client = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county()))
    assert names(client.get(LIST)) == ["赵磊", "李敏", "王芳"]
    assert names(client.get(LIST, {"trained": "no"})) == ["李敏"]
    assert names(client.get(LIST, {"post": "chief"})) == ["赵磊"]
    assert names(client.get(LIST, {"state": "left"})) == ["周静"]
    assert names(client.get(LIST, {"q": "芳"})) == ["王芳"]
    assert names(jiaxing.signed_in(jiaxing.person("city_reader", jiaxing.city)).get(LIST, {"q": "陈"})) == ["陈洋"]


def test_only_who_keeps_the_register_is_led_to_its_forms(jiaxing, school, counselor):
    row = CounselorFactory(organization=school)
    page = reverse("counselors:counselor", args=[row.pk])
    reader = jiaxing.signed_in(jiaxing.person("supervisor", jiaxing.county()))
    assert (page in reader.get(LIST).content.decode(), reader.get(page).status_code) == (False, 403)
    stranger = jiaxing.signed_in(jiaxing.person("school_counselor", jiaxing.school()))
    assert stranger.get(page).status_code == 404
    assert page in jiaxing.signed_in(counselor).get(LIST).content.decode()


def test_a_counselor_is_registered_amended_and_leaves(jiaxing, school, counselor):
    client = jiaxing.signed_in(counselor)
    assert client.get(reverse("counselors:appoint")).context["form"].fields["post"].choices == [
        ("brigade", "大队辅导员"),
        ("squad", "中队辅导员"),
        ("volunteer", "志愿辅导员"),
    ]
    posted = {"organization": school.pk, "name": "王芳", "post": "squad", "since": "2010-09-01"}
    answer = client.post(reverse("counselors:appoint"), posted, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["第一小学中队辅导员王芳已登记。"]
    row = Counselor.objects.get()
    page = reverse("counselors:counselor", args=[row.pk])
    seen = client.get(page).context["form"].initial["seen"]
    posted = {"seen": seen, "name": "王芳", "certificate_number": "培字1号", "certificate_on": "2012-07-20"}
    client.post(page, posted)
    row.refresh_from_db()
    assert row.certificate_number == "培字1号"
    client.post(reverse("counselors:leave", args=[row.pk]), {"until": "2013-07-01"})
    row.refresh_from_db()
    assert row.until == date(2013, 7, 1)
    assert client.post(page, {**posted, "seen": ""}).status_code == 409


def test_nobody_registers_at_an_organization_of_others(jiaxing, counselor):
    other = jiaxing.school()
    posted = {"organization": other.pk, "name": "王芳", "post": "squad", "since": "2010-09-01"}
    answer = jiaxing.signed_in(counselor).post(reverse("counselors:appoint"), posted)
    assert (answer.status_code, "organization" in answer.context["form"].errors) == (200, True)
    assert not Counselor.objects.exists()
