from django import forms

from apps.counselors.enums import Topic
from apps.counselors.models import Exchange
from apps.organizations.two_sided.forms import DATE, TwoSidedForm


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
        widgets = {"starts_on": DATE, "ends_on": DATE, "summary": forms.Textarea(attrs={"rows": 4})}
