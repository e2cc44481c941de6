"""A notice is its reader's: what the application's pages filter, and what the database itself refuses a request of somebody else's."""

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import scope
from apps.core.errors import Conflict
from apps.core.seen import fingerprint
from apps.notices.models import Notice, Preference
from apps.notices.services import inbox
from apps.organizations.grants import whole_scope
from tests.factories.database import sql, written
from tests.factories.notices import told
from tests.factories.people import UserFactory

MARK = "UPDATE notices_notice SET read_at = now()"


@pytest.fixture
def colleague(jiaxing) -> User:
    return jiaxing.person("county_editor", jiaxing.county())


@pytest.fixture
def notice(jiaxing, lead) -> Notice:
    [notice] = told(jiaxing.county())
    return notice


def as_request_of(user: User) -> None:
    """The scope that the middleware sets for somebody's request, until the test ends."""
    scope.widen(whole_scope(user), user=user.pk)


def test_notices_are_listed_to_their_reader_alone(jiaxing, lead, colleague, officer, notice):
    shown = {user: list(Notice.objects.visible_to(user)) for user in (lead, colleague, officer)}
    assert shown == {lead: [notice], colleague: [], officer: []}


def test_a_notice_is_listed_in_the_role_for_which_it_was_told(jiaxing, lead, notice):
    from apps.organizations import grants
    from apps.organizations.services import roles

    school = jiaxing.school("秀洲区")
    roles.grant(user=lead, role="school_counselor", organization=school)
    user = User.objects.get(pk=lead.pk)
    for hat in grants.hats_of(user):
        grants.wear(user, hat)
        assert list(Notice.objects.visible_to(user)) == ([notice] if hat.role == "county_lead" else [])


@pytest.mark.parametrize("who", ["colleague", "officer", "away"])
def test_nobody_else_marks_it_as_read(jiaxing, lead, colleague, officer, notice, who):
    people = {"colleague": colleague, "officer": officer, "away": jiaxing.person("county_lead", jiaxing.county("秀洲区"))}
    as_request_of(people[who])
    assert written(MARK) == 0
    as_request_of(lead)
    assert written(MARK) == 1


def test_who_reminds_learns_whether_it_was_read(jiaxing, lead, officer, notice):
    inbox.read(notices=Notice.objects.all(), by=lead)
    as_request_of(officer)
    assert sql("SELECT read_at IS NOT NULL FROM notices_notice") == [(True,)]


def test_no_request_puts_a_notice_into_somebody_elses_inbox(jiaxing, lead, colleague, notice):
    as_request_of(colleague)
    columns = "kind, title, text, url, at, event_id, organization_id, county_id"
    forge = f"INSERT INTO notices_notice ({columns}, user_id) SELECT {columns}, %s FROM notices_notice LIMIT 1"  # noqa: S608
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        sql(forge, UserFactory().pk)


def test_settings_are_read_and_written_by_their_person_alone(jiaxing, lead, colleague, officer):
    Preference.objects.create(user_id=lead.pk)
    for other in (colleague, officer):
        as_request_of(other)
        assert sql("SELECT count(*) FROM notices_preference") == [(0,)]
        assert written("UPDATE notices_preference SET mail = false") == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Preference.objects.create(user=UserFactory())
    as_request_of(lead)
    assert written("UPDATE notices_preference SET mail = false") == 1


def test_no_scope_no_row(jiaxing, lead, notice):
    Preference.objects.create(user_id=lead.pk)
    sql("SELECT set_config('app.scope', '', true)")
    assert [sql(f"SELECT count(*) FROM {table}")[0][0] for table in ("notices_notice", "notices_event", "notices_preference")] == [0, 0, 0]  # noqa: S608


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "plans/1/"])
def test_no_notice_leads_off_the_site(jiaxing, lead, url):
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="event_leads_to_a_page_of_ours"), transaction.atomic():
        told(jiaxing.county(), url=url)


@pytest.mark.parametrize("column", ["title", "text", "url", "key", "kind"])
def test_what_an_event_said_it_goes_on_saying(jiaxing, lead, notice, column):
    with pytest.raises(Exception, match="Cannot update rows"), transaction.atomic():
        written(f"UPDATE notices_event SET {column} = '/x'")  # noqa: S608


def test_settings_seen_by_two_tabs_are_not_overwritten(jiaxing, lead):
    seen = fingerprint(Preference.of(lead), inbox.FIELDS)
    facts = {name: getattr(Preference(), name) for name in inbox.FIELDS}
    inbox.prefer(by=lead, facts={**facts, "mail": False}, seen=seen)
    with pytest.raises(Conflict):
        inbox.prefer(by=lead, facts=facts, seen=seen)


def test_new_settings_count_for_what_is_not_sent_yet(jiaxing, lead, mailbox):
    [notice] = told(jiaxing.county())
    assert notice.send_at is not None
    facts = {name: getattr(Preference(), name) for name in inbox.FIELDS}
    inbox.prefer(by=lead, facts={**facts, "mail": False}, seen=fingerprint(Preference.of(lead), inbox.FIELDS))
    notice.refresh_from_db()
    assert notice.send_at is None


def test_reading_again_changes_nothing(jiaxing, lead, notice):
    assert inbox.read(notices=Notice.objects.all(), by=lead) == 1
    at = Notice.objects.get().read_at
    assert inbox.read(notices=Notice.objects.all(), by=lead) == 0
    assert Notice.objects.get().read_at == at <= timezone.now()
