from datetime import date

import pytest
from django.db import IntegrityError, transaction

from apps.core.errors import Conflict, DomainError
from apps.core.lifecycle import rules
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.services import Incomplete
from apps.organizations.models import School
from apps.pairings import services
from apps.pairings.enums import Kind, kinds_of
from apps.pairings.models import Pairing
from tests.factories.pairings import PairingFactory, approve, proposed, send_back


def test_draft_begins_with_both_sides_and_their_counties(two):
    pairing = services.draft(organization=two.own, partner=two.partner, year=2026, by=two.counselor)

    assert (pairing.state, pairing.year) == (State.DRAFT, 2026)
    assert (pairing.county_id, pairing.partner_county_id) == (two.own.county_id, two.partner.county_id)
    assert str(pairing) == "城东小学与澉浦小学"


def test_draft_refuses_oneself(two):
    with pytest.raises(DomainError) as refused:
        services.draft(organization=two.own, partner=two.own, year=2026, by=two.counselor)

    assert (refused.value.field, refused.value.message) == ("partner", "对方学校不能是本校。")


def test_draft_refuses_the_same_school_twice_in_a_year(two):
    services.draft(organization=two.own, partner=two.partner, year=2026, by=two.counselor)

    with pytest.raises(DomainError) as refused:
        services.draft(organization=two.own, partner=two.partner, year=2026, by=two.counselor)

    assert refused.value.message == "2026年已有“城东小学与澉浦小学”的结对（草稿），同一年度不能重复。"
    assert services.draft(organization=two.own, partner=two.partner, year=2027, by=two.counselor).year == 2027


def test_draft_refuses_a_school_that_has_invited_us(two):
    proposed(organization=two.partner, partner=two.own, by=two.partner_counselor)

    with pytest.raises(DomainError) as refused:
        services.draft(organization=two.own, partner=two.partner, year=2026, by=two.counselor)

    assert refused.value.message == "2026年已有“澉浦小学与城东小学”的结对（待接受），同一年度不能重复。"


def test_another_schools_draft_stands_in_nobodys_way(two):
    PairingFactory(organization=two.partner, partner=two.own, created_by=two.partner_counselor)

    assert services.draft(organization=two.own, partner=two.partner, year=2026, by=two.counselor).state == State.DRAFT


def test_two_invitations_that_cross_leave_one(two):
    first = PairingFactory(organization=two.own, partner=two.partner, created_by=two.counselor)
    second = PairingFactory(organization=two.partner, partner=two.own, created_by=two.partner_counselor)
    services.submit(report=first, by=two.counselor, version=1)

    with pytest.raises(Incomplete) as refused:
        services.submit(report=second, by=two.partner_counselor, version=1)

    assert refused.value.problems == {"partner": "2026年已有“城东小学与澉浦小学”的结对（待接受），同一年度不能重复。"}


def test_invitations_that_cross_at_the_same_moment_are_held_by_the_database(two, monkeypatch):
    first = PairingFactory(organization=two.own, partner=two.partner, created_by=two.counselor)
    second = PairingFactory(organization=two.partner, partner=two.own, created_by=two.partner_counselor)
    services.submit(report=first, by=two.counselor, version=1)
    monkeypatch.setattr(Pairing, "rival", lambda pairing: None)  # the other invitation is not committed yet when we look

    with pytest.raises(DomainError) as refused:
        services.submit(report=second, by=two.partner_counselor, version=1)

    assert (refused.value.field, refused.value.message) == ("partner", "两校在这一年度已有结对，不能重复。")
    assert Pairing.objects.get(pk=second.pk).state == State.DRAFT


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"starts_on": date(2026, 5, 2), "ends_on": date(2026, 5, 1)}, "pairing_dates_in_order"),
        ({"state": State.APPROVED}, "pairing_confirmed_by_all"),
        ({"state": State.SUBMITTED}, "pairing_submitted_has_time"),
    ],
)
def test_database_refuses(two, facts, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PairingFactory(organization=two.own, partner=two.partner, created_by=two.counselor, **facts)


def test_database_refuses_oneself(two):
    with pytest.raises(IntegrityError, match="pairing_not_with_oneself"), transaction.atomic():
        PairingFactory(organization=two.own, partner=two.own, created_by=two.counselor)


def test_invitation_needs_its_words(two):
    pairing = services.draft(organization=two.own, partner=two.partner, year=2026, by=two.counselor)

    with pytest.raises(Incomplete) as refused:
        services.submit(report=pairing, by=two.counselor, version=1)

    assert refused.value.problems == {
        "goals": "请填写发展目标。",
        "plan": "请填写发展计划。",
        "stages": "请填写推进步骤。",
        "starts_on": "请填写开始日期。",
        "ends_on": "请填写结束日期。",
    }


def test_invitation_runs_in_its_year(two):
    pairing = PairingFactory(organization=two.own, partner=two.partner, created_by=two.counselor, year=2025)

    assert pairing.problems() == {"starts_on": "起止日期不在2025年内，请核对日期或年度。"}


def test_pairing_needs_both_schools_and_both_counties(two):
    pairing = proposed(organization=two.own, partner=two.partner, by=two.counselor)
    assert (pairing.state_label, [slot.key for slot in pairing.open_slots()]) == ("待接受", ["accept"])
    assert rules.decisions(two.county_lead, pairing) == []

    pairing = approve(pairing, "accept", two.partner_counselor)
    assert (pairing.state_label, [slot.key for slot in pairing.open_slots()]) == ("待确认", ["confirm", "confirm_partner"])
    assert [slot.key for slot in rules.decisions(two.county_lead, pairing)] == ["confirm"]
    assert [slot.key for slot in rules.decisions(two.partner_county_lead, pairing)] == ["confirm_partner"]

    pairing = approve(pairing, "confirm_partner", two.partner_county_lead)
    assert (pairing.state, pairing.state_label) == (State.SUBMITTED, "待确认")

    pairing = approve(pairing, "confirm", two.county_lead)
    assert (pairing.state, pairing.state_label) == (State.APPROVED, "已确认")
    assert list(pairing.steps.values_list("verb", "slot", "on_behalf_of")) == [
        ("submit", "", "城东小学"),
        ("approve", "accept", "澉浦小学"),
        ("approve", "confirm_partner", "海盐县少工委"),
        ("approve", "confirm", "南湖区少工委"),
    ]


def test_pairing_within_a_county_needs_it_once(jiaxing, two):
    neighbour = jiaxing.school("南湖区")
    pairing = proposed(organization=two.own, partner=neighbour, by=two.counselor)
    pairing = approve(pairing, "accept", jiaxing.person("school_counselor", neighbour))

    pairing = approve(pairing, "confirm", two.county_lead)

    assert pairing.state == State.APPROVED


def test_county_cannot_confirm_before_the_partner_accepted(two):
    pairing = proposed(organization=two.own, partner=two.partner, by=two.counselor)

    with pytest.raises(Conflict, match="这份材料待接受，不需要您再办理。"):
        approve(pairing, "confirm", two.county_lead)


def test_second_reviewer_is_told_who_was_first(jiaxing, two):
    pairing = approve(proposed(organization=two.own, partner=two.partner, by=two.counselor), "accept", two.partner_counselor)
    colleague = jiaxing.person("county_lead", jiaxing.county("南湖区"))
    seen = pairing.version
    approve(pairing, "confirm", two.county_lead)

    with pytest.raises(Conflict, match=two.county_lead.name):
        services.approve(report=pairing, slot="confirm", by=colleague, version=seen)


def test_partner_declines_and_the_revised_invitation_starts_afresh(two):
    pairing = send_back(proposed(organization=two.own, partner=two.partner, by=two.counselor), two.partner_counselor)
    assert (pairing.state, pairing.last_return.on_behalf_of, pairing.last_return.reason) == (State.RETURNED, "澉浦小学", "请补充推进步骤。")

    pairing = services.submit(report=pairing, by=two.counselor, version=pairing.version)
    pairing = approve(pairing, "accept", two.partner_counselor)
    pairing = send_back(pairing, two.partner_county_lead)
    assert (pairing.last_return.on_behalf_of, pairing.partner_accepted_at is None) == ("海盐县少工委", False)

    pairing = services.submit(report=pairing, by=two.counselor, version=pairing.version)
    assert (pairing.state_label, pairing.partner_accepted_at, pairing.kinds) == ("待接受", None, [])


def test_declined_invitation_does_not_keep_the_other_school_from_proposing(two):
    send_back(proposed(organization=two.own, partner=two.partner, by=two.counselor), two.partner_counselor)

    assert proposed(organization=two.partner, partner=two.own, by=two.partner_counselor).state == State.SUBMITTED


def test_another_partner_makes_what_the_former_said_void(jiaxing, two):
    pairing = approve(proposed(organization=two.own, partner=two.partner, by=two.counselor), "accept", two.partner_counselor)
    pairing = send_back(pairing, two.county_lead)
    other = jiaxing.school("桐乡市")

    pairing = services.change_partner(report=pairing, partner=other, year=2026, by=two.counselor, version=pairing.version)

    assert (pairing.partner, pairing.partner_county_id, pairing.partner_accepted_at) == (other, other.county_id, None)
    assert set(pairing.steps.values_list("partner_id", flat=True)) == {two.partner.pk}


def test_partner_cannot_be_changed_once_invited(jiaxing, two):
    pairing = proposed(organization=two.own, partner=two.partner, by=two.counselor)

    with pytest.raises(Conflict, match="这份材料待接受，不能再修改。"):
        services.change_partner(report=pairing, partner=jiaxing.school("桐乡市"), year=2026, by=two.counselor, version=pairing.version)


def test_kinds_follow_from_both_profiles_when_the_partner_accepts(two):
    pairing = proposed(organization=two.own, partner=two.partner, by=two.counselor)
    assert (pairing.traits, pairing.kinds) == (["urban", "strong", "ordinary"], [])

    approve(pairing, "accept", two.partner_counselor)
    School.objects.filter(organization=two.partner).update(area="urban")

    assert Pairing.objects.get().kinds == [Kind.URBAN_RURAL, Kind.NEW_RESIDENT]


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        ({"urban", "strong", "ordinary"}, {"rural", "weaker", "new_resident"}, list(Kind)),
        ({"rural", "weaker", "ordinary"}, {"rural", "strong", "ordinary"}, [Kind.STRONG_WEAKER]),
        ({"urban", "average", "ordinary"}, {"urban", "weaker", "ordinary"}, []),
        (set(), {"urban", "weaker", "ordinary"}, []),
    ],
)
def test_kinds_of_two_schools(one, other, kinds):
    assert kinds_of(one, other) == kinds
    assert kinds_of(other, one) == kinds


def test_awaiting_lists_what_the_rules_allow(jiaxing, two):
    neighbour = jiaxing.school("南湖区")
    neighbour_counselor = jiaxing.person("school_counselor", neighbour)
    PairingFactory(organization=two.own, partner=two.partner, created_by=two.counselor, year=2022)
    proposed(organization=two.own, partner=two.partner, by=two.counselor)
    proposed(
        organization=two.partner, partner=two.own, by=two.partner_counselor, year=2025, starts_on=date(2025, 3, 1), ends_on=date(2025, 9, 1)
    )
    half = approve(proposed(organization=two.own, partner=neighbour, by=two.counselor), "accept", neighbour_counselor)
    send_back(approve(half, "confirm", two.county_lead), two.county_lead)
    crossing = proposed(organization=neighbour, partner=two.partner, by=neighbour_counselor)
    approve(approve(crossing, "accept", two.partner_counselor), "confirm", two.county_lead)
    third = jiaxing.school("南湖区")
    approve(proposed(organization=two.own, partner=third, by=two.counselor), "accept", jiaxing.person("school_counselor", third))
    everyone = [two.counselor, two.partner_counselor, two.county_lead, two.partner_county_lead, neighbour_counselor]
    everyone += [jiaxing.person(role, jiaxing.city) for role in ("city_officer", "auditor")]
    everyone += [jiaxing.person("town_counselor", jiaxing.town()), jiaxing.person("county_editor", jiaxing.county())]

    for user in everyone:
        listed = set(Pairing.objects.awaiting(user))
        assert listed == {each for each in Pairing.objects.visible_to(user) if rules.decisions(user, each)}
        assert set(Pairing.objects.visible_to(user)) == {each for each in Pairing.objects.all() if user.has_perm("pairings.view", each)}
