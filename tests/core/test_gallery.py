"""The gallery of components is for staff, and its samples answer like the real thing."""

import pytest


@pytest.fixture
def person(jiaxing):
    return jiaxing.person("sysadmin", jiaxing.city)


def test_gallery_is_for_staff(jiaxing, person):
    assert jiaxing.signed_in(person).get("/help/components/").status_code == 404


def test_its_table_turns_pages_and_survives_nonsense(jiaxing, person):
    person.is_staff = True
    person.save()
    client = jiaxing.signed_in(person)
    asked = ("page=2", "page=x", "page=-1", "page=2&per_page=-1")
    assert {query: client.get(f"/help/components/?{query}").status_code for query in asked} == dict.fromkeys(asked, 200)
