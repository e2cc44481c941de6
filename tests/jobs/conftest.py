import pytest

from apps.accounts.models import User
from apps.jobs import services
from apps.jobs.models import Job
from tests.jobs import kinds


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def lead(jiaxing) -> User:
    return jiaxing.person("county_lead", jiaxing.county())


@pytest.fixture
def ask(jiaxing, lead):
    """`ask()`: a job of the lead of one county."""
    assert kinds

    def start(kind: str = "tests.count", by: User | None = None, **arguments) -> Job:
        return services.start(kind=kind, title="统计", organization=jiaxing.county(), by=by or lead, arguments=arguments)

    return start
