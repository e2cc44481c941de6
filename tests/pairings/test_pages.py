from datetime import date

import pytest
from django.utils import timezone

from apps.core import scope
from apps.core.lifecycle.enums import State
from apps.pairings.models import Pairing
from tests.factories.pairings import PairingFactory, approve, proposed, send_back

WORDS = {
    "goals": "两校每学期共同开展两次大队活动。",
    "plan": "组织共建、活动联办。",
    "stages": "3月 启动",
    "starts_on": "2026-03-01",
    "ends_on": "2026-12-31",
}


def text_of(response):
    return response.content.decode()


def test_counselor_proposes_partner_accepts_both_counties_confirm(jiaxing, two):
    counselor, partner = jiaxing.signed_in(two.counselor), jiaxing.signed_in(two.partner_counselor)
    year = timezone.localdate().year

    began = counselor.post("/pairings/new/", {"partner": two.partner.pk, "year": year})
    pairing = Pairing.objects.get()
    assert began.url == f"/pairings/{pairing.pk}/edit/"
    words = {**WORDS, "starts_on": f"{year}-03-01", "ends_on": f"{year}-12-31"}
    saved = counselor.post(began.url, {**words, "version": 1, "action": "check"})
    assert saved.url == f"/pairings/{pairing.pk}/"
    assert "发出邀请" in text_of(counselor.get(saved.url))
    sent = counselor.post(f"{saved.url}submit/", {"version": 2}, follow=True)
    assert "邀请已发出，等待澉浦小学接受。" in text_of(sent)

    accepted = partner.post(f"{saved.url}approve/", {"version": 3, "slot": "accept"}, follow=True)
    assert "已接受邀请。" in text_of(accepted)
    assert "城乡结对" in text_of(accepted)
    for user, slot, version in ((two.county_lead, "confirm", 4), (two.partner_county_lead, "confirm_partner", 5)):
        jiaxing.signed_in(user).post(f"{saved.url}approve/", {"version": version, "slot": slot})

    pairing.refresh_from_db()
    assert (pairing.state, pairing.version) == (State.APPROVED, 6)


def test_partner_declines_with_a_reason_and_the_proposer_reads_it(jiaxing, two):
    pairing = proposed(organization=two.own, partner=two.partner, by=two.counselor)

    declined = jiaxing.signed_in(two.partner_counselor).post(
        f"/pairings/{pairing.pk}/return/", {"version": 2, "reason": "本年度已有两所结对学校。", "remark_stages": "时间太紧。"}
    )

    assert declined.status_code == 302
    page = text_of(jiaxing.signed_in(two.counselor).get(f"/pairings/{pairing.pk}/edit/"))
    assert "本年度已有两所结对学校。" in page
    assert "时间太紧。" in page


def test_school_search_finds_schools_of_the_whole_city_by_name_and_town(jiaxing, two):
    client = jiaxing.signed_in(two.counselor)
    town = jiaxing.town("海盐县")

    assert "澉浦小学" not in text_of(client.get("/pairings/new/"))  # one's own reporting unit first
    assert "澉浦小学" in text_of(client.get("/pairings/new/", {"county": two.partner.county_id}))
    assert "澉浦小学" in text_of(client.get("/pairings/new/", {"county": "", "q": "澉浦"}))
    assert "澉浦小学" in text_of(client.get("/pairings/new/", {"county": "", "q": f"{town.name} 小学"}))
    assert "没有找到学校" in text_of(client.get("/pairings/new/", {"county": "", "q": "城东小学"}))  # never oneself


@pytest.mark.parametrize("query", [{"county": "x"}, {"county": "99999999999999999999"}, {"year": "0"}, {"page": "nine"}, {"q": "%' OR 1"}])
def test_school_search_survives_nonsense(jiaxing, two, query):
    assert jiaxing.signed_in(two.counselor).get("/pairings/new/", query).status_code == 200


def test_school_search_answers_htmx_with_the_results_alone(jiaxing, two):
    page = text_of(jiaxing.signed_in(two.counselor).get("/pairings/new/", {"county": "", "q": "澉浦"}, headers={"HX-Request": "true"}))

    assert "澉浦小学" in page
    assert "<html" not in page


@pytest.mark.parametrize("partner", ["", "x", "0", "99999999999999999999", "town"])
def test_choosing_no_school_is_told(jiaxing, two, partner):
    chosen = jiaxing.town().pk if partner == "town" else partner

    response = jiaxing.signed_in(two.counselor).post("/pairings/new/", {"partner": chosen, "year": timezone.localdate().year})

    assert response.status_code == 422
    assert ("请选择对方学校。" if partner == "" else "没有这所学校，请从列表中选择。") in text_of(response)
    assert Pairing.objects.count() == 0


def test_choosing_oneself_is_told(jiaxing, two):
    response = jiaxing.signed_in(two.counselor).post("/pairings/new/", {"partner": two.own.pk, "year": timezone.localdate().year})

    assert "对方学校不能是本校。" in text_of(response)


def test_choosing_the_same_school_twice_is_told(jiaxing, two):
    year = timezone.localdate().year
    PairingFactory(organization=two.own, partner=two.partner, created_by=two.counselor, year=year)

    response = jiaxing.signed_in(two.counselor).post("/pairings/new/", {"partner": two.partner.pk, "year": year})

    assert f"{year}年已有“城东小学与澉浦小学”的结对（草稿），同一年度不能重复。" in text_of(response)


def test_year_far_away_is_refused(jiaxing, two):
    response = jiaxing.signed_in(two.counselor).post("/pairings/new/", {"partner": two.partner.pk, "year": 1912})

    assert (response.status_code, Pairing.objects.count()) == (422, 0)


def test_another_partner_keeps_the_words(jiaxing, two):
    pairing = PairingFactory(organization=two.own, partner=two.partner, created_by=two.counselor)
    other = jiaxing.school("桐乡市")
    client = jiaxing.signed_in(two.counselor)
    address = f"/pairings/{pairing.pk}/partner/"

    assert client.get(address).status_code == 200
    assert client.post(address, {"partner": other.pk, "year": 2026, "version": 1}).url == f"/pairings/{pairing.pk}/edit/"
    late = client.post(address, {"partner": two.partner.pk, "year": 2026, "version": 1})

    pairing.refresh_from_db()
    assert (pairing.partner, pairing.goals) == (other, "两校每学期共同开展两次大队活动。")
    assert "您的操作没有执行" in text_of(late)


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_nonsense_version_changes_nothing(jiaxing, two, version):
    pairing = PairingFactory(organization=two.own, partner=two.partner, created_by=two.counselor)
    client = jiaxing.signed_in(two.counselor)

    client.post(f"/pairings/{pairing.pk}/partner/", {"partner": jiaxing.school("桐乡市").pk, "year": 2026, "version": version})
    client.post(f"/pairings/{pairing.pk}/submit/", {"version": version})

    pairing.refresh_from_db()
    assert (pairing.partner, pairing.state, pairing.version) == (two.partner, State.DRAFT, 1)


def test_dates_out_of_order_are_told_at_the_field_and_nothing_is_lost(jiaxing, two):
    pairing = PairingFactory(organization=two.own, partner=two.partner, created_by=two.counselor)

    response = jiaxing.signed_in(two.counselor).post(
        f"/pairings/{pairing.pk}/edit/", {**WORDS, "goals": "刚写的目标", "ends_on": "2026-02-01", "version": 1}
    )

    assert response.context["form"].errors == {"ends_on": ["结束日期不能早于开始日期。"]}
    assert "刚写的目标" in text_of(response)


def test_draft_autosaves(jiaxing, two):
    pairing = PairingFactory(organization=two.own, partner=two.partner, created_by=two.counselor)

    saved = jiaxing.signed_in(two.counselor).post(f"/pairings/{pairing.pk}/edit/", {**WORDS, "version": 1}, headers={"X-Autosave": "1"})

    assert saved.json()["version"] == 2


def test_draft_is_the_proposers_alone(jiaxing, two):
    pairing = PairingFactory(organization=two.own, partner=two.partner, created_by=two.counselor)

    answers = {
        user.pk: jiaxing.signed_in(user).get(f"/pairings/{pairing.pk}/").status_code
        for user in (two.counselor, two.partner_counselor, two.county_lead, two.partner_county_lead)
    }

    assert list(answers.values()) == [200, 404, 404, 404]


@pytest.mark.parametrize("page", ["", "edit/", "partner/", "return/"])
def test_others_do_not_find_it(jiaxing, two, page):
    pairing = proposed(organization=two.own, partner=two.partner, by=two.counselor)
    stranger = jiaxing.person("school_counselor", jiaxing.school("桐乡市"))

    assert jiaxing.signed_in(stranger).get(f"/pairings/{pairing.pk}/{page}").status_code == 404


@pytest.mark.parametrize("act", ["submit/", "approve/", "return/", "partner/", "edit/"])
def test_others_cannot_act_on_it(jiaxing, two, act):
    pairing = proposed(organization=two.own, partner=two.partner, by=two.counselor)
    strangers = [jiaxing.person("school_counselor", jiaxing.school("桐乡市")), jiaxing.person("county_lead", jiaxing.county("桐乡市"))]
    data = {"version": 2, "slot": "confirm", "reason": "x", "partner": two.own.pk, "year": 2026}

    answers = {jiaxing.signed_in(each).post(f"/pairings/{pairing.pk}/{act}", data).status_code for each in strangers}

    assert answers <= {403, 404}
    assert Pairing.objects.get().version == 2


def test_partner_may_look_and_decide_but_not_write(jiaxing, two):
    pairing = send_back(proposed(organization=two.own, partner=two.partner, by=two.counselor), two.partner_counselor)
    client = jiaxing.signed_in(two.partner_counselor)

    assert client.get(f"/pairings/{pairing.pk}/").status_code == 200
    answers = [client.post(f"/pairings/{pairing.pk}/{act}/", {"version": 3}).status_code for act in ("edit", "submit", "partner")]
    assert answers == [403, 403, 403]


@pytest.mark.parametrize("slot", ["", "nonsense", "confirm", "confirm_partner"])
def test_partner_cannot_take_the_counties_decisions(jiaxing, two, slot):
    pairing = approve(proposed(organization=two.own, partner=two.partner, by=two.counselor), "accept", two.partner_counselor)

    response = jiaxing.signed_in(two.partner_counselor).post(f"/pairings/{pairing.pk}/approve/", {"version": 3, "slot": slot})

    assert (response.status_code, Pairing.objects.get().state) == (403, State.SUBMITTED)


def test_second_reviewer_of_a_county_is_told(jiaxing, two):
    pairing = approve(proposed(organization=two.own, partner=two.partner, by=two.counselor), "accept", two.partner_counselor)
    colleague = jiaxing.person("county_lead", jiaxing.county("南湖区"))
    approve(pairing, "confirm", two.county_lead)
    client = jiaxing.signed_in(colleague)

    confirmed = client.post(f"/pairings/{pairing.pk}/approve/", {"version": 3, "slot": "confirm"}, follow=True)
    returned = client.post(f"/pairings/{pairing.pk}/return/", {"version": 3, "reason": "请补充。"})

    assert "您的操作没有执行" in text_of(confirmed)
    assert two.county_lead.name in text_of(confirmed)
    assert "您的操作没有执行" in text_of(returned)


def test_locked_page_names_whose_turn_it_is(jiaxing, two):
    pairing = proposed(organization=two.own, partner=two.partner, by=two.counselor)

    page = text_of(jiaxing.signed_in(two.counselor).get(f"/pairings/{pairing.pk}/edit/", follow=True))

    assert "这份材料待接受，不能修改。如需修改，请联系澉浦小学退回。" in page


def test_partner_changed_after_a_return_hides_the_former_partners_words_from_the_new_one(jiaxing, two):
    pairing = send_back(proposed(organization=two.own, partner=two.partner, by=two.counselor), two.partner_counselor, "与本校安排冲突。")
    other = jiaxing.school("桐乡市")
    client = jiaxing.signed_in(two.counselor)
    client.post(f"/pairings/{pairing.pk}/partner/", {"partner": other.pk, "year": 2026, "version": 3})
    client.post(f"/pairings/{pairing.pk}/submit/", {"version": 4})

    assert "与本校安排冲突。" in text_of(client.get(f"/pairings/{pairing.pk}/"))
    invited = jiaxing.signed_in(jiaxing.person("school_counselor", other)).get(f"/pairings/{pairing.pk}/")
    assert (invited.status_code, "与本校安排冲突。" in text_of(invited)) == (200, False)
    assert jiaxing.signed_in(two.partner_counselor).get(f"/pairings/{pairing.pk}/").status_code == 404


def test_list_filters(jiaxing, two):
    approve(proposed(organization=two.own, partner=two.partner, by=two.counselor), "accept", two.partner_counselor)
    dates = {"starts_on": date(2025, 3, 1), "ends_on": date(2025, 9, 1)}
    elsewhere = jiaxing.school("桐乡市")
    by = jiaxing.person("school_counselor", elsewhere)
    proposed(organization=elsewhere, partner=jiaxing.school("海宁市"), by=by, year=2025, **dates)
    city = jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city))

    def listed(client, **query):
        return [str(row.record) for row in client.get("/pairings/", query).context["table"].rows]

    everything = listed(city)
    assert len(everything) == 2
    assert listed(city, year="2026") == listed(city, county=two.partner.county_id) == listed(city, kind="urban_rural") == everything[:1]
    assert listed(city, year="2025") == everything[1:]
    assert listed(city, state="draft") == []
    assert listed(city, turn="mine") == everything  # nobody at the city decides on pairings, so there is no such filter
    assert listed(city, state="nonsense", year="x", county="x", sort="nonsense") == everything
    county = jiaxing.signed_in(two.county_lead)
    assert listed(county) == listed(county, turn="mine") == listed(county, sort="-partner") == everything[:1]


def test_list_says_what_to_do_when_it_is_empty(jiaxing, two):
    assert "发起结对" in text_of(jiaxing.signed_in(two.counselor).get("/pairings/"))
    county = text_of(jiaxing.signed_in(two.county_lead).get("/pairings/"))
    assert ("还没有学校结对" in county, "/pairings/new/" in county) == (True, False)


def test_list_and_search_ask_the_same_number_of_questions_for_one_row_and_for_three(
    jiaxing, two, django_assert_num_queries, django_assert_max_num_queries
):
    client = jiaxing.signed_in(two.county_lead)
    counselor = jiaxing.signed_in(two.counselor)
    proposed(organization=two.own, partner=two.partner, by=two.counselor)
    with django_assert_max_num_queries(30) as one:
        client.get("/pairings/")
    with django_assert_max_num_queries(30) as one_school:
        counselor.get("/pairings/new/", {"county": two.partner.county_id})
    for _ in range(2):
        proposed(organization=two.own, partner=jiaxing.school("海盐县"), by=two.counselor)

    with django_assert_num_queries(len(one.captured_queries)):
        client.get("/pairings/")
    with django_assert_num_queries(len(one_school.captured_queries)):
        counselor.get("/pairings/new/", {"county": two.partner.county_id})


def test_nobody_but_a_school_begins(jiaxing, two):
    answers = {
        jiaxing.signed_in(jiaxing.person(role, organization)).post("/pairings/new/", {"partner": two.partner.pk, "year": 2026}).status_code
        for role, organization in (("county_lead", jiaxing.county()), ("town_counselor", jiaxing.town()), ("city_officer", jiaxing.city))
    }

    assert answers == {403}


def test_steps_and_history_are_walled_like_the_pairing(jiaxing, two):
    pairing = proposed(organization=two.own, partner=two.partner, by=two.counselor)
    stranger = scope.Scope(counties=frozenset({jiaxing.county("桐乡市").pk}))
    partner = scope.Scope(organizations=frozenset({two.partner.pk}))

    for seen_from, count in ((stranger, 0), (partner, 1)):
        with scope.opened(seen_from):
            assert Pairing.objects.filter(pk=pairing.pk).count() == pairing.steps.count() == count
            assert min(pairing.events.count(), 1) == count
