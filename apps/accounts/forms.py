from django import forms
from django.contrib.auth.forms import AuthenticationForm

WRONG = "账号或密码不正确，请重新输入。连续 5 次不正确，账号将锁定 30 分钟。"


class SignInForm(AuthenticationForm):
    """Account and password; one sentence for every reason to refuse, so that accounts cannot be guessed."""

    error_messages = {"invalid_login": WRONG, "inactive": WRONG}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "账号"
        self.fields["username"].widget = forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"})
        self.fields["password"].label = "密码"
