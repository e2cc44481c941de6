"""People who sign in."""

import pghistory
from django.contrib.auth.models import AbstractUser
from django.db import models


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractUser):
    """One person, one account; what they may do comes from the roles they hold at organizations, never from the account itself."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=40)
    phone = models.CharField("联系电话", max_length=20, blank=True)

    REQUIRED_FIELDS = ["name", "email"]

    class Meta(AbstractUser.Meta):
        pass

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)
