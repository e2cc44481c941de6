import pytest
from django.test import Client

from tests.factories.jiaxing import Jiaxing
from tests.factories.people import serving

HOME, AWAY = "南湖区", "秀洲区"


class County:
    """A county lead, whom they may manage and whom they may not; and the city's system administrator."""

    def __init__(self, jiaxing: Jiaxing) -> None:
        self.jiaxing = jiaxing
        self.city, self.home, self.away = jiaxing.city, jiaxing.county(HOME), jiaxing.county(AWAY)
        self.school, self.other, self.foreign = jiaxing.school(HOME), jiaxing.school(HOME), jiaxing.school(AWAY)
        self.lead = serving("county_lead", self.home, username="lead", name="王主任")
        self.counselor = serving("school_counselor", self.school, username="counselor", name="李老师")
        self.stranger = serving("school_counselor", self.foreign, username="stranger", name="陈老师")
        self.sysadmin = serving("sysadmin", self.city, username="keeper", name="周工")
        self.officer = serving("city_officer", self.city, username="officer", name="沈老师")

    def page(self, user) -> Client:
        return self.jiaxing.signed_in(user)


@pytest.fixture
def county(jiaxing) -> County:
    return County(jiaxing)
