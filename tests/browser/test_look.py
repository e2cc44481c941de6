"""The pages that are nobody's story: the gallery of components and the answers to a wrong turn, wide and narrow."""

import pytest


@pytest.mark.parametrize("width", [1440, 360])
def test_gallery_and_wrong_turns_are_sound(portal, visit, look, width):
    portal.sql("UPDATE accounts_user SET is_staff = true WHERE username = 'sysadmin'")
    staff = visit("sysadmin", at="/help/components/", width=width)
    look(staff, "gallery")

    county = visit("haining", width=width)
    for name, address, status in (("not-found", "/plans/999999/", 404), ("forbidden", "/years/2031/settings/", 403)):
        answer = county.goto(address)
        assert answer and answer.status == status
        look(county, name)
    county.goto("/desk/")
    look(county, "desk-county")
