import pytest

from apps.accounts.models import User
from tests.factories.sign_in import PASSWORD


@pytest.fixture(autouse=True)
def quick_hashes(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def user(jiaxing) -> User:
    user = jiaxing.person("county_lead", jiaxing.county(), username="nanhu", name="王芳")
    user.set_password(PASSWORD)
    user.save()
    return user
