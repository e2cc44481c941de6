"""What the two walls cost: a list page of 25 among 200,000 rows, with and without row-level security; its row query against guardian with
a grant per row; and the whole page against a minimal Django page with one query.
"""

import json
from http.client import HTTPConnection
from typing import Any

from bench import house

# isort: split
from django.contrib.auth.models import Group, Permission
from django.db import connections
from django.test import Client
from guardian.models import GroupObjectPermission
from guardian.shortcuts import get_objects_for_user

from apps.accounts.models import User
from apps.core import scope, security
from apps.counselors.models import Exchange
from apps.organizations import grants
from apps.organizations.models import Organization
from apps.organizations.services import roles

SCHOOLS, ROWS = 500, 200_000
PAGE = "/counselors/"

SCHOOLS_SQL = """
INSERT INTO organizations_organization (kind, name, parent_id, position, is_demo)
SELECT 'school', '第' || n || '小学', (SELECT array_agg(id) FROM organizations_organization WHERE kind = 'town')[1 + n %% 72], 0, true
FROM generate_series(1, %s) n
"""
ROWS_SQL = """
WITH schools AS (SELECT id, county_id, row_number() OVER (ORDER BY id) - 1 n FROM organizations_organization WHERE kind = 'school')
INSERT INTO counselors_exchange (organization_id, county_id, partner_id, partner_county_id, year, type, topics, counselors, hours, summary,
    starts_on, ends_on, state, version, created_by_id, created_at, updated_at, submitted_by_id, submitted_at)
SELECT one.id, one.county_id, other.id, other.county_id, 2012 + k %% 15, 'showcase', '{}', '张老师', 4, '', make_date(2012 + k %% 15, 5, 1),
    make_date(2012 + k %% 15, 5, 2), (ARRAY['approved', 'submitted', 'draft'])[1 + (k %% 20) / 9], 1, %s, now(), now(), %s, now()
FROM generate_series(1, %s) k JOIN schools one ON one.n = k %% %s
    JOIN schools other ON other.n = (k * 7 + 1 + k / 500) %% %s AND other.id <> one.id
"""


def prepare() -> tuple[User, int]:
    """The rows, a county lead to look at them, and for guardian a grant for each row to somebody of its county."""
    with scope.opened(scope.EVERYTHING, using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(SCHOOLS_SQL, [SCHOOLS])
        by = User.objects.using("owner").create(username="bench", name="量")
        cursor.execute(ROWS_SQL, [by.pk, by.pk, ROWS * 21 // 20, SCHOOLS, SCHOOLS])
        cursor.execute("ANALYZE")
    with scope.opened(scope.EVERYTHING):
        county = Organization.objects.counties().get(name="南湖区")
        lead = User.objects.create_user("lead", None, name="量", chose_password_at="2026-01-01T00:00Z")
        roles.grant(user=lead, role="county_lead", organization=county)
        assert Exchange.objects.count() >= ROWS
    with scope.opened(scope.EVERYTHING, using="owner"), connections["owner"].cursor() as cursor:
        permission = Permission.objects.using("owner").get(codename="view_exchange")
        for unit in Organization.objects.using("owner").counties():
            group = Group.objects.using("owner").create(name=f"each row of {unit}")
            if unit == county:
                cursor.execute("INSERT INTO accounts_user_groups (user_id, group_id) VALUES (%s, %s)", [by.pk, group.pk])
            cursor.execute(
                f'INSERT INTO "{GroupObjectPermission._meta.db_table}" (permission_id, content_type_id, object_pk, group_id) '  # noqa: S608
                "SELECT %s, %s, id::text, %s FROM counselors_exchange WHERE county_id = %s",
                [permission.pk, permission.content_type_id, group.pk, unit.pk],
            )
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return lead, county.pk


def wall(stands: bool) -> None:
    """The policies of every tenant table, on or off."""
    verb = "ENABLE" if stands else "DISABLE"
    with connections["owner"].cursor() as cursor:
        for table in security.tables():
            cursor.execute(f'ALTER TABLE "{table.name}" {verb} ROW LEVEL SECURITY')


def fetch(server: HTTPConnection, address: str, cookie: str = "") -> bytes:
    server.request("GET", address, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
    answer = server.getresponse()
    body = answer.read()
    assert answer.status == 200, (answer.status, answer.getheader("Location"))
    return body


def page_against_no_wall(page: Any) -> float:
    """The same page, taking turns: with the policies, without them."""
    rounds = []
    for _ in range(9):
        times = {}
        for stands in (True, False):
            wall(stands)
            page()
            page()
            times[stands] = house.seconds(page, 25)
        rounds.append(times[True] / times[False])
    wall(True)
    return sorted(rounds)[len(rounds) // 2]


def rows_against_guardian(lead: User) -> float:
    """The 25 rows of the page, by scope and by a grant for each row."""
    granted, newest = User.objects.get(username="bench"), ("-year", "-pk")

    def ours() -> list[Any]:
        return list(Exchange.objects.visible_to(lead).order_by(*newest)[:25])

    def guardians() -> list[Any]:
        found = get_objects_for_user(granted, "counselors.view_exchange", Exchange, accept_global_perms=False)
        return list(found.order_by(*newest)[:25])

    with scope.opened(scope.DIRECTORY):
        scope.widen(grants.whole_scope(lead))
        assert len(ours()) == len(guardians()) == 25
        return house.ratio(guardians, ours, rounds=5, times=5)


def main() -> None:
    with house.database():
        lead, county = prepare()
        browser = Client()
        browser.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
        cookie = f"sessionid={browser.cookies['sessionid'].value}"
        with house.served("jiaxing_pioneers.wsgi") as portal, house.served("bench.bare") as bare:
            ours, minimal = (lambda: fetch(portal, PAGE, cookie)), (lambda: fetch(bare, f"/?county={county}"))
            for _ in range(20):
                ours(), minimal()
            print(f"page {house.seconds(ours, 50) * 1000:.1f} ms, minimal page {house.seconds(minimal, 50) * 1000:.1f} ms")
            figures = {
                "page_vs_norls": page_against_no_wall(ours),
                "list_vs_guardian_rows": rows_against_guardian(lead),
                "page_vs_bare": house.ratio(ours, minimal, rounds=9, times=25),
            }
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
