"""A person's own settings, and an organization's robots."""

from typing import Any

from django import forms

from apps.core.forms import SeenForm
from apps.notices import validators
from apps.notices.enums import Kind, Pace
from apps.notices.models import Preference, Robot
from apps.notices.services.inbox import FIELDS

HOURS = [(hour, f"{hour}:00") for hour in range(24)]
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class PreferenceForm(SeenForm):
    kinds = forms.MultipleChoiceField(
        label="类别",
        choices=Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="不勾选的只进“通知”栏目。",
    )
    digest_hour = forms.TypedChoiceField(
        label="汇总时间", choices=HOURS, coerce=int, help_text="选“每天汇总成一封”时，每天在这个时间发送。"
    )

    class Meta:
        model = Preference
        fields = FIELDS
        labels = {"quiet_from": "从", "quiet_to": "到"}
        help_texts = {
            "mail": "通知始终进“通知”栏目；邮件发到您登记的邮箱。",
            "pace": "退回、催办和当天到期的，不等汇总。",
        }
        widgets = {"pace": forms.RadioSelect, "quiet_from": TIME, "quiet_to": TIME, "muted": forms.MultipleHiddenInput}
        error_messages = {name: {"invalid": "请填写正确的时间，例如 21:00。"} for name in ("quiet_from", "quiet_to")}

    field_order = ("mail", "pace", "digest_hour", "quiet_from", "quiet_to", "kinds")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["muted"]  # the page asks the other way round
        self.initial["kinds"] = [kind for kind in Kind.values if kind not in self.instance.muted]
        self.fields["pace"].choices = Pace.choices  # type: ignore[attr-defined]

    @property
    def facts(self) -> dict[str, Any]:
        named = {name: self.cleaned_data[name] for name in FIELDS if name != "muted"}
        return {**named, "muted": [kind for kind in Kind.values if kind not in self.cleaned_data["kinds"]]}


class RobotForm(SeenForm):
    """The address and the secret are asked for and never shown again."""

    webhook = forms.CharField(
        label="Webhook 地址", max_length=500, validators=[validators.webhook], widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    secret = forms.CharField(
        label="加签密钥",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "SEC…"}),
        help_text="机器人“安全设置”选“加签”时显示的密钥，以 SEC 开头。",
    )

    class Meta:
        model = Robot
        fields = ("name", "is_active")
        labels = {"is_active": "启用"}

    field_order = ("name", "webhook", "secret", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["webhook"].error_messages["required"] = "请填写 Webhook 地址。"
        if self.instance.pk:
            self.fields["webhook"].required = False
            kept = "已保存，不再显示。要更换时填写新的，不换就留空。"
            self.fields["webhook"].help_text = f"{self.instance.host}，{kept}"
            self.fields["secret"].help_text = kept if self.instance.secret else self.fields["secret"].help_text
        else:
            self.fields["webhook"].help_text = "在钉钉群“群设置 → 机器人”中添加“自定义”机器人，复制它的地址。"

    @property
    def facts(self) -> dict[str, Any]:
        return {**super().facts, "webhook": self.cleaned_data["webhook"].strip(), "secret": self.cleaned_data["secret"].strip()}
