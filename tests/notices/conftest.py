from collections.abc import Iterator
from typing import Any

import pytest

from apps.accounts.models import User
from apps.notices.models import Robot
from tests.factories import receivers
from tests.factories.jiaxing import Jiaxing
from tests.factories.people import serving
from tests.factories.receivers import Group, Mailbox


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A mail server, and the settings that EMAIL_URL would make of its address."""
    with receivers.mailbox() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.MAIL_ON = receivers.HOST, box.port, True
        yield box


@pytest.fixture
def group(settings: Any) -> Iterator[Group]:
    with receivers.group() as there:
        settings.WEBHOOK_HOSTS = [there.host]
        settings.NOTICES_QUIET = (None, None)
        yield there


@pytest.fixture
def lead(jiaxing: Jiaxing) -> User:
    """A county's lead, who has an address."""
    return serving("county_lead", jiaxing.county())


@pytest.fixture
def officer(jiaxing: Jiaxing) -> User:
    return serving("city_officer", jiaxing.city)


@pytest.fixture
def robot(jiaxing: Jiaxing, group: Group) -> Robot:
    county = jiaxing.county()
    return Robot.objects.create(organization=county, county=county, name="工作群", webhook=group.url, secret="SECabc")
