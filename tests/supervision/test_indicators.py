from datetime import date

import pytest

from apps.core.lifecycle.enums import State
from apps.supervision import indicators
from tests.factories.supervision import handed_in, inspected

END = date(2012, 12, 31)


def units(rows):
    return [row["organization_id"] for row in rows]


def test_universe_is_every_reporting_unit(jiaxing):
    rows = list(indicators.universe(END))
    assert len(rows) == 10
    assert {"organization_id": jiaxing.county().pk, "county_id": jiaxing.county().pk} in rows


@pytest.mark.parametrize(
    ("covered", "first_day"),
    [
        (indicators.with_measures, date(2012, 3, 1)),
        (indicators.with_body, date(2012, 4, 1)),
        (indicators.inspected, date(2012, 6, 1)),
    ],
)
def test_a_fact_counts_from_its_day_to_the_end_of_the_reported_year(jiaxing, covered, first_day):
    report = handed_in(jiaxing.county(), State.APPROVED)
    inspected(report)
    inspected(report, date(2012, 9, 1))

    assert units(covered(first_day.replace(day=1, month=first_day.month - 1))) == []
    assert units(covered(first_day)) == units(covered(END)) == [jiaxing.county().pk]
    assert units(covered(date(2013, 12, 31))) == []


@pytest.mark.parametrize("covered", [indicators.with_measures, indicators.with_body, indicators.inspected])
def test_only_received_reports_count_and_only_what_they_state(jiaxing, covered):
    inspected(handed_in(jiaxing.county("秀洲区"), State.SUBMITTED))
    handed_in(jiaxing.county("嘉善县"), State.APPROVED, measures_issued_on=None, body_set_up_on=None)
    assert units(covered(END)) == []
