import pytest
from django.utils import timezone

from apps.core import todos
from apps.core.lifecycle.enums import State
from apps.counselors.models import Exchange
from apps.counselors.services import exchanges as services
from tests.factories.counselors import ExchangeFactory, submitted

WORDS = {
    "type": "secondment",
    "topics": ["theory", "routine"],
    "counselors": "李老师",
    "starts_on": "2026-05-11",
    "ends_on": "2026-05-12",
    "hours": "6.5",
    "summary": "跟岗两天。",
}


def text_of(response):
    return response.content.decode()


def test_counselor_registers_and_the_county_confirms(jiaxing, two):
    counselor = jiaxing.signed_in(two.counselor)
    year = timezone.localdate().year

    began = counselor.post("/counselors/new/", {"partner": two.partner.pk, "year": year})
    exchange = Exchange.objects.get()
    words = {**WORDS, "starts_on": f"{year}-05-11", "ends_on": f"{year}-05-12"}
    saved = counselor.post(began.url, {**words, "version": 1, "action": "check"})
    assert saved.url == f"/counselors/{exchange.pk}/"
    sent = counselor.post(f"{saved.url}submit/", {"version": 2}, follow=True)
    assert "已提交，等待南湖区确认。" in text_of(sent)
    confirmed = jiaxing.signed_in(two.county_lead).post(f"{saved.url}approve/", {"version": 3, "slot": "confirm"}, follow=True)

    assert "已确认。" in text_of(confirmed)
    exchange.refresh_from_db()
    assert (exchange.state, exchange.topics, str(exchange.hours)) == (State.APPROVED, ["theory", "routine"], "6.5")


def test_receiving_side_sees_it_and_decides_nothing(jiaxing, two):
    exchange = submitted(organization=two.own, partner=two.partner, by=two.counselor)

    for user in (two.partner_counselor, two.partner_county_lead):
        client = jiaxing.signed_in(user)
        assert client.get(f"/counselors/{exchange.pk}/").status_code == 200
        assert client.post(f"/counselors/{exchange.pk}/approve/", {"version": 2, "slot": "confirm"}).status_code == 403
        assert client.post(f"/counselors/{exchange.pk}/return/", {"version": 2, "reason": "不同意"}).status_code in (302, 403)
    assert Exchange.objects.get().version == 2


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"hours": "0"}, {"hours": ["交流时数应大于 0。"]}),
        ({"hours": "-3"}, {"hours": ["交流时数应大于 0。"]}),
        ({"hours": "2000.5"}, {"hours": ["交流时数不能超过 2000 小时，请核对。"]}),
        ({"hours": "1e9999999"}, {"hours": ["请填写小时数，最多一位小数，如 4 或 1.5。"]}),
        ({"hours": "NaN"}, {"hours": ["请填写小时数，最多一位小数，如 4 或 1.5。"]}),
        ({"ends_on": "2026-05-10"}, {"ends_on": ["结束日期不能早于开始日期。"]}),
        ({"topics": ["gossip"]}, {"topics": ["没有这个选项，请从列出的选项中选择。"]}),
        ({"type": "party"}, {"type": ["没有这个选项，请从列出的选项中选择。"]}),
        ({"starts_on": "0202-05-01"}, {"starts_on": ["日期应在2021年至2031年之间，请核对年份。"]}),
        ({"starts_on": "2026-02-30"}, {"starts_on": ["请填写正确的日期，例如 2027-04-10。"]}),
    ],
)
def test_wrong_values_are_told_at_the_field_and_nothing_is_lost(jiaxing, two, change, errors):
    exchange = ExchangeFactory(organization=two.own, partner=two.partner, created_by=two.counselor)

    response = jiaxing.signed_in(two.counselor).post(
        f"/counselors/{exchange.pk}/edit/", {**WORDS, "summary": "刚写的小结", "version": 1, **change}
    )

    assert response.context["form"].errors == errors
    assert "刚写的小结" in text_of(response)
    assert Exchange.objects.get().version == 1


def test_incomplete_draft_is_kept_and_says_what_is_missing(jiaxing, two):
    exchange = services.draft(organization=two.own, partner=two.partner, year=2026, by=two.counselor)
    client = jiaxing.signed_in(two.counselor)

    saved = client.post(f"/counselors/{exchange.pk}/edit/", {"counselors": "李老师", "version": 1, "action": "check"}, follow=True)

    assert "请至少选择一项交流内容。" in text_of(saved)
    assert Exchange.objects.get().counselors == "李老师"


@pytest.mark.parametrize("page", ["", "edit/", "partner/", "return/"])
def test_others_do_not_find_it(jiaxing, two, page):
    exchange = submitted(organization=two.own, partner=two.partner, by=two.counselor)
    stranger = jiaxing.person("county_lead", jiaxing.county("桐乡市"))

    assert jiaxing.signed_in(stranger).get(f"/counselors/{exchange.pk}/{page}").status_code in (403, 404)
    assert jiaxing.signed_in(stranger).get(f"/counselors/{exchange.pk}/").status_code == 404


def test_list_filters_and_names_nobody(jiaxing, two):
    submitted(organization=two.own, partner=two.partner, by=two.counselor)
    client = jiaxing.signed_in(two.county_lead)

    def listed(**query):
        return [str(row.record) for row in client.get("/counselors/", query).context["table"].rows]

    assert listed() == listed(type="lesson_observation") == listed(turn="mine") == listed(state="submitted") == ["城东小学与澉浦小学"]
    assert listed(type="forum") == listed(state="approved") == []
    assert "李老师" not in text_of(client.get("/counselors/"))


def test_list_asks_the_same_number_of_questions_for_one_row_and_for_three(
    jiaxing, two, django_assert_num_queries, django_assert_max_num_queries
):
    client = jiaxing.signed_in(two.county_lead)
    submitted(organization=two.own, partner=two.partner, by=two.counselor)
    with django_assert_max_num_queries(30) as one:
        client.get("/counselors/")
    for _ in range(2):
        submitted(organization=two.own, partner=jiaxing.school("海盐县"), by=two.counselor)

    with django_assert_num_queries(len(one.captured_queries)):
        client.get("/counselors/")


def test_desk_lists_what_waits(jiaxing, two):
    first = submitted(organization=two.own, partner=two.partner, by=two.counselor)
    ExchangeFactory(organization=two.own, partner=two.partner, created_by=two.counselor)

    assert [(todo.title, todo.url, todo.count) for todo in todos.of(two.county_lead) if "交流" in todo.title] == [
        ("辅导员交流待确认", first.get_absolute_url(), 1)
    ]
    services.send_back(report=first, by=two.county_lead, version=2, reason="请补充小结。", remarks={})
    assert [(todo.title, todo.tone) for todo in todos.of(two.counselor) if "交流" in todo.title] == [
        ("2026年城东小学与澉浦小学的辅导员交流被退回", "warning"),
        ("完成2026年城东小学与澉浦小学的辅导员交流", "action"),
    ]
    for _ in range(2):
        submitted(organization=two.own, partner=two.partner, by=two.counselor)
    assert [(todo.url, todo.count) for todo in todos.of(two.county_lead) if "交流" in todo.title] == [("/counselors/?turn=mine", 2)]
    assert [todo for todo in todos.of(two.partner_counselor) if "交流" in todo.title] == []
