"""People who sign in."""

from typing import Any

import pghistory
from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **facts: Any) -> "User":
        user = self.model(username=self.model.normalize_username(username), **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **facts: Any) -> "User":
        return self.create_user(username, password, is_staff=True, is_superuser=True, **facts)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser, PermissionsMixin):
    """One person, one account; what they may do comes from the roles they hold at organizations, never from the account itself.

    The name is known to whoever is signed in; telephone and e-mail belong to the organization where the person serves (apps/people).
    """

    username = models.CharField(
        "账号",
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator(message="账号只能用字母、数字和 @ . + - _。")],
        error_messages={"unique": "这个账号已有人使用，请换一个。"},
    )
    name = models.CharField("姓名", max_length=40)
    is_active = models.BooleanField("启用", default=True)
    is_staff = models.BooleanField("维护人员", default=False, help_text="可以查看界面组件。")
    date_joined = models.DateTimeField("开通时间", default=timezone.now)
    chose_password_at = models.DateTimeField(
        "本人设置密码的时间", null=True, blank=True, help_text="空：密码不是本人设的，登录后须先更改。"
    )

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "账号"
        verbose_name_plural = "账号"

    def __str__(self) -> str:
        return self.name or self.username

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """What the roles give and nothing else: `is_superuser` opens no door here, as it opens none in the database."""
        return any(backend.has_perm(self, perm, obj) for backend in get_backends() if hasattr(backend, "has_perm"))

    def get_short_name(self) -> str:
        return str(self)


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent(), obj_field=None)
class Membership(User.groups.through):  # type: ignore[name-defined]
    """A person holds a role: Django's own table, named so that its history says who was given it, who lost it, and by whom."""

    class Meta:
        proxy = True
