"""People who sign in, and what they sign in with."""

from datetime import datetime, timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.accounts.querysets import SessionManager


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

    second_factor_at = models.DateTimeField("启用第二重验证的时间", null=True, blank=True, help_text="空：登录只用密码。")

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "账号"
        verbose_name_plural = "账号"

    def __str__(self) -> str:
        return self.name or self.username

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """What the roles give and nothing else: `is_superuser` opens no door here, as it opens none in the database, and nobody has
        Django's own rights on tables, so nobody is asked about them.
        """
        return any(backend.has_perm(self, perm, obj) for backend in get_backends() if getattr(backend, "knows_roles", False))

    def get_short_name(self) -> str:
        return str(self)


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent(), obj_field=None)
class Membership(User.groups.through):  # type: ignore[name-defined]
    """A person holds a role: Django's own table, named so that its history says who was given it, who lost it, and by whom."""

    class Meta:
        proxy = True


class Session(AbstractBaseSession):
    """One browser in which somebody has signed in: whose, from where, with what, since when (apps/accounts/sessions.py keeps it)."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions", verbose_name="人员")
    address = models.GenericIPAddressField("来源地址", null=True)
    browser = models.CharField("浏览器", max_length=300, blank=True)
    began_at = models.DateTimeField("登录时间", default=timezone.now)

    objects = SessionManager()  # type: ignore[misc]

    class Meta:
        verbose_name = "登录"
        verbose_name_plural = "登录"

    def __str__(self) -> str:
        return f"{self.user or '未登录'} {self.began_at:%Y-%m-%d %H:%M}"

    @classmethod
    def get_session_store_class(cls) -> Any:
        from apps.accounts.sessions import SessionStore

        return SessionStore

    @property
    def handle(self) -> str:
        """What a page calls it by; the key itself is in its owner's cookie and nowhere else."""
        return salted_hmac("session", self.session_key, algorithm="sha256").hexdigest()[:32]

    @property
    def seen_at(self) -> datetime:
        """When it was last used, to the minute."""
        return self.expire_date - timedelta(seconds=settings.SESSION_COOKIE_AGE)


class PasswordRecord(models.Model):
    """A password that its owner has chosen, as a hash: the last few are not chosen again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="passwords", verbose_name="人员")
    password = models.CharField("密码", max_length=128)
    set_at = models.DateTimeField("设置时间", default=timezone.now)

    class Meta:
        verbose_name = "用过的密码"
        verbose_name_plural = "用过的密码"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.user} {self.set_at:%Y-%m-%d}"


@pghistory.track(exclude=["digest"])
class Activation(models.Model):
    """The code with which a person sets their password: for the first time, or after they have forgotten it. Good once, for a week.

    One row a person: a newer code makes the older one void. Only the digest is kept.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="activation", verbose_name="人员")
    digest = models.CharField("摘要", max_length=64)
    issued_at = models.DateTimeField("发放时间")
    expires_at = models.DateTimeField("有效期至")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="发放人")

    class Meta:
        verbose_name = "激活码"
        verbose_name_plural = "激活码"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("issued_at")),
                name="activation_expires_after_issue",
                violation_error_message="激活码的有效期应晚于发放时间。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.issued_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        """May it still be used?"""
        return self.used_at is None and self.expires_at > timezone.now()


@pghistory.track()
class Identity(models.Model):
    """Who a person is at the unified identity provider: bound at their first sign-in there, so that a claim renamed later moves nobody."""

    user = models.ForeignKey(User, models.CASCADE, related_name="identities", verbose_name="人员")
    issuer = models.URLField("身份提供方", max_length=300)
    subject = models.CharField("身份编号", max_length=255)
    bound_at = models.DateTimeField("绑定时间", default=timezone.now)

    class Meta:
        verbose_name = "统一身份"
        verbose_name_plural = "统一身份"
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], name="identity_subject_once", violation_error_message="这个统一身份已绑定其他账号。"
            ),
            models.UniqueConstraint(
                fields=["issuer", "user"], name="identity_user_once", violation_error_message="这个账号已绑定其他统一身份。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.subject}"
