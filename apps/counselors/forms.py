from typing import Any

from django import forms
from django.utils import timezone

from apps.core.forms import DATE, SeenForm, SpokenForm
from apps.counselors.enums import POSTS_AT, Post, Topic
from apps.counselors.models import Counselor, Exchange
from apps.counselors.services import register
from apps.organizations.enums import Kind
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.organizations.two_sided.forms import TwoSidedForm
from apps.organizations.validators import not_in_future
from apps.people.validators import as_name

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


CERTIFICATE_HELP = {"certificate_number": "还没有参加培训的不填。"}


class AppointForm(SpokenForm):
    """Somebody who becomes a counselor, at an organization whose register `by` keeps."""

    organization = forms.ModelChoiceField(Organization.objects.none(), label="任职单位", empty_label="请选择")

    class Meta:
        model = Counselor
        fields = ("name", "post", "since", *register.CERTIFICATE)
        widgets = {"post": forms.RadioSelect, "since": DATE, "certificate_on": DATE}
        help_texts = CERTIFICATE_HELP

    field_order = ("organization",)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organization"]
        kept = Organization.objects.in_scope(scope_for(by, "counselors.keep")).of_kind(*map(Kind, POSTS_AT)).open_on(timezone.localdate())
        field.queryset = kept.select_related("parent", "county").order_by("county__position", "path")
        groups: dict[str, list[tuple[int, str]]] = {}
        kinds = set()
        for each in field.queryset:
            groups.setdefault(str(each if each.kind in (Kind.COUNTY, Kind.TOWN) else each.parent), []).append((each.pk, str(each)))
            kinds.add(each.kind)
        field.choices = [("", "请选择"), *groups.items()] if len(groups) > 1 else next(iter(groups.values()), [])
        posts: Any = self.fields["post"]
        posts.choices = [(post.value, post.label) for post in Post if any(post in POSTS_AT[kind] for kind in kinds)]

    def clean_name(self) -> str:
        return as_name(self.cleaned_data["name"])


class CounselorForm(SeenForm):
    class Meta:
        model = Counselor
        fields = register.AMENDABLE
        widgets = {"certificate_on": DATE}
        help_texts = CERTIFICATE_HELP

    def clean_name(self) -> str:
        return as_name(self.cleaned_data["name"])


class LeaveForm(forms.Form):
    until = forms.DateField(label="离任日期", error_messages={"required": "请填写离任日期。"}, widget=DATE, validators=[not_in_future])
