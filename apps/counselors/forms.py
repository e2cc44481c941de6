from django import forms

from apps.core.forms import DATE
from apps.counselors.enums import Topic
from apps.counselors.models import Exchange
from apps.organizations.two_sided.forms import TwoSidedForm

HOURS = "请填写小时数，最多一位小数，如 4 或 1.5。"


class ExchangeForm(TwoSidedForm):
    sections = (
        ("交流形式和内容", "", ("type", "topics", "counselors")),
        ("时间", "", ("starts_on", "ends_on", "hours")),
        ("小结", "", ("summary",)),
    )

    topics = forms.MultipleChoiceField(
        label="交流内容", help_text="至少选一项。", choices=Topic.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Exchange
        fields = ("type", "topics", "counselors", "starts_on", "ends_on", "hours", "summary")
        error_messages = {"hours": dict.fromkeys(("invalid", "max_digits", "max_decimal_places", "max_whole_digits"), HOURS)}
        widgets = {"starts_on": DATE, "ends_on": DATE, "summary": forms.Textarea(attrs={"rows": 4})}
