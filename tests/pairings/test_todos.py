from django.contrib.auth import get_user_model

from apps.core import todos
from tests.factories.pairings import PairingFactory, approve, proposed, send_back


def desk(user):
    """What a request of theirs would show: roles are read once per user object."""
    fresh = get_user_model().objects.get(pk=user.pk)
    return [(todo.title, todo.url, todo.tone) for todo in todos.of(fresh) if "结对" in todo.title]


def test_invitation_waits_for_the_partner_then_for_both_counties(two):
    pairing = proposed(organization=two.own, partner=two.partner, by=two.counselor)
    url = pairing.get_absolute_url()
    assert desk(two.partner_counselor) == [("结对邀请待接受", url, "action")]
    assert desk(two.counselor) == desk(two.county_lead) == desk(two.partner_county_lead) == []

    pairing = approve(pairing, "accept", two.partner_counselor)
    assert desk(two.county_lead) == desk(two.partner_county_lead) == [("学校结对待确认", url, "action")]

    pairing = approve(pairing, "confirm", two.county_lead)
    assert (desk(two.county_lead), desk(two.partner_county_lead)) == ([], [("学校结对待确认", url, "action")])


def test_drafts_and_returned_wait_for_the_proposer(two):
    send_back(proposed(organization=two.own, partner=two.partner, by=two.counselor), two.partner_counselor)
    draft = PairingFactory(organization=two.own, partner=two.partner, created_by=two.counselor, year=2025)

    assert [(title, tone) for title, _, tone in desk(two.counselor)] == [
        ("2026年城东小学与澉浦小学的结对被退回", "warning"),
        ("完成2025年城东小学与澉浦小学的结对", "action"),
    ]
    assert desk(two.counselor)[1][1] == draft.get_absolute_url()
