from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

from apps.accounts.models import User
from apps.accounts.validators import MAX_LENGTH

WRONG = "账号或密码不正确，请重新输入。连续 5 次不正确，账号将锁定 30 分钟。"
DIFFERENT = "两次输入的新密码不一致，请重新输入。"


def rules() -> str:
    """What a password has to be, in one sentence."""
    return "；".join(validator.get_help_text() for validator in password_validation.get_default_password_validators()) + "。"


class Secret(forms.CharField):
    """A password: never trimmed, never sent back."""

    def __init__(self, *, label: str, autocomplete: str = "current-password", **kwargs: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
        super().__init__(label=label, strip=False, max_length=MAX_LENGTH, widget=widget, **kwargs)


class SignInForm(AuthenticationForm):
    """Account and password; one sentence for every reason to refuse, so that accounts cannot be guessed."""

    error_messages = {"invalid_login": WRONG, "inactive": WRONG}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "账号"
        self.fields["username"].validators.append(MaxLengthValidator(150, "最多 150 字，现在有 %(show_value)d 字，请删减。"))
        self.fields["username"].widget = forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"})
        self.fields["password"].label = "密码"


class NewPasswordForm(forms.Form):
    """A new password, typed twice, held to the rules that are said above it."""

    new_password = Secret(label="新密码", autocomplete="new-password")
    new_password_again = Secret(label="再次输入新密码", autocomplete="new-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password"].help_text = rules()

    def owner(self) -> User:
        """Whose password it will be, as far as the form knows."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        password, again = cleaned.get("new_password"), cleaned.get("new_password_again")
        if password and again and password != again:
            self.add_error("new_password_again", DIFFERENT)
        elif password:
            try:
                password_validation.validate_password(password, self.owner())
            except ValidationError as error:
                self.add_error("new_password", error)
        return cleaned


class ActivationForm(NewPasswordForm):
    """Account, code, and the password that its owner sets with it."""

    username = forms.CharField(
        label="账号", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"})
    )
    code = forms.CharField(
        label="激活码",
        max_length=40,
        help_text="由本单位账号管理人提供，共 12 位，形如 ABCD-EFGH-JKLM，不分大小写。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    field_order = ["username", "code", "new_password", "new_password_again"]

    def owner(self) -> User:
        """By name alone: who has not shown the code yet is told nothing of anybody."""
        return User(username=self.cleaned_data.get("username", ""))

    def clean_username(self) -> str:
        return User.normalize_username(self.cleaned_data["username"])


class PasswordForm(NewPasswordForm):
    """The old password, and a new one."""

    old_password = Secret(label="当前密码")
    field_order = ["old_password", "new_password", "new_password_again"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def owner(self) -> User:
        return self.user


class PasswordAgainForm(forms.Form):
    """Who sits here is who signed in."""

    password = Secret(label="当前密码", help_text="为防他人使用您离开时的电脑，请再输入一次密码。")


class CodeForm(forms.Form):
    """The code that the app shows, or a recovery code."""

    code = forms.CharField(
        label="验证码",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}),
    )


class SetUpForm(CodeForm):
    """The first code of a new app; the password too where it takes the place of another."""

    def __init__(self, *args: Any, asks_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "验证器上的 6 位验证码"
        self.fields["code"].widget.attrs["inputmode"] = "numeric"
        if asks_password:
            self.fields["password"] = Secret(label="当前密码", help_text="更换验证器须再输入一次密码。")
            self.order_fields(["password", "code"])
