"""Rule and list agree for everything that belongs to an organization: what `visible_to` lists is where `has_perm("<app>.view")` holds.

tests/organizations/test_rules.py asks reports in each of their states; this asks every tenant model, as it comes, with rows from the model.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.notices.models import Notice
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from apps.organizations.roles import ROLES
from tests.factories.people import UserFactory
from tests.factories.rows import tenant_models
from tests.trust.conftest import AWAY, HOME

# What is one person's own, whatever their role: no rule about organizations opens it to anybody else.
OWN = {
    Job: "tests/jobs/test_services.py: of its owner, in the role they asked in",
    Notice: "tests/notices/test_wall.py: read by whom it tells",
}
# What is not asked by the app's own `view`: what was sent is for whoever connects channels.
ACTIONS = {
    **dict.fromkeys(("notices.Event", "notices.Post", "notices.Delivery", "notices.Robot"), "notices.connect"),
    **dict.fromkeys(("exchange.Upload", "exchange.Line"), "organizations.edit"),  # of the ledger that is sent: here the units'
}


def people(both: Any) -> Iterator[tuple[str, User]]:
    """Each role wherever it may be held, at home; and those who hold none, or have left."""
    school = Organization.objects.filter(kind=Kind.SCHOOL, county=both.county(HOME)).order_by("pk")[0]
    posts = {Kind.CITY: both.city, Kind.COUNTY: both.county(HOME), Kind.TOWN: both.town(HOME), Kind.SCHOOL: school}
    for role in ROLES.values():
        for kind in sorted(role.levels):
            yield f"{role.key} at {kind}", both.person(role.key, posts[kind])
    yield "no role", UserFactory()
    yield "no role, superuser", UserFactory(is_superuser=True, is_staff=True)
    gone = both.person("county_lead", both.county(HOME))
    gone.is_active = False
    gone.save()
    yield "left the service", gone


MODELS = [Organization, *(model for model in tenant_models() if model not in OWN)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_rule_equals_list(both, model):
    action = ACTIONS.get(model._meta.label, f"{model._meta.app_label}.view")
    rows = list(model._default_manager.all())
    disagreeing, shown = {}, {}
    for who, user in people(both):
        user = User.objects.get(pk=user.pk)
        listed = set(model._default_manager.visible_to(user).values_list("pk", flat=True))
        ruled = {row.pk for row in rows if user.has_perm(action, row)}
        shown[who] = len(listed)
        if listed != ruled:
            disagreeing[who] = {"listed only": listed - ruled, "ruled only": ruled - listed}
    assert disagreeing == {}
    assert 0 < shown["county_lead at county"] < len(rows)  # else a leak would not show
    assert [shown[who] for who in ("no role", "no role, superuser", "left the service")] == [0, 0, 0]


def test_nobody_at_home_lists_what_is_away(both):
    """The same from the other side, without the rule: of rows with one side only."""
    away = both.county(AWAY).pk
    for who, user in people(both):
        if who.endswith("at city"):
            continue
        user = User.objects.get(pk=user.pk)
        for model in tenant_models():
            if len(model.scope_columns) == 1:
                assert not model._default_manager.visible_to(user).filter(county=away).exists(), (who, model._meta.label)
