from datetime import date

from apps.plans import services


def test_county_begins_a_plan(jiaxing):
    window = services.open_window(year=2026, opens_on=date(2026, 1, 1), due_on=date(2026, 4, 10), closes_on=date(2026, 12, 31), by=None)
    lead = jiaxing.person("county_lead", jiaxing.county())
    client = jiaxing.signed_in(lead)

    response = client.post(f"/plans/year/{window.pk}/begin/", follow=True)

    assert response.status_code == 200
    assert "南湖区2026年工作方案" in response.content.decode()
