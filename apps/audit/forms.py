"""What the auditor types, understood."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.audit.enums import Verb
from apps.audit.selectors import changes, words
from apps.audit.selectors.search import Search

BEGINNING = date(2012, 1, 1)  # the circular's year: nothing was written before
DAYS = 30  # looked at when nobody says otherwise
_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
WRONG_DATE = {"invalid": "请填写正确的日期，例如 2026-11-25。"}


class SearchForm(forms.Form):
    """Who, when, for whom, from where. A condition that cannot be understood is said at its field, and nothing is found."""

    since = forms.DateField(label="从", required=False, widget=_DATE, error_messages=WRONG_DATE)
    until = forms.DateField(label="到", required=False, widget=_DATE, error_messages=WRONG_DATE)
    person = forms.CharField(label="人员（姓名或账号）", required=False, max_length=150)
    organization = forms.CharField(label="单位（含下级）", required=False, max_length=60)
    address = forms.GenericIPAddressField(
        label="来源地址", required=False, error_messages={"invalid": "请填写一个 IP 地址，例如 10.0.0.8。"}
    )
    request = forms.UUIDField(label="请求编号", required=False, error_messages={"invalid": "请求编号不完整，请从记录中整段复制。"})

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", **kwargs)

    def clean_person(self) -> tuple[tuple[int, ...] | None, str]:
        text = self.cleaned_data["person"].strip()
        if not text:
            return None, ""
        people = get_user_model()._default_manager
        found = people.filter(username=text) | people.filter(name=text)
        return tuple(found.order_by("pk").values_list("pk", flat=True)[:50]), text

    def clean_organization(self) -> tuple[int, ...] | None:
        text = self.cleaned_data["organization"].strip()
        if not text:
            return None
        organizations: Any = apps.get_model("organizations", "Organization")._default_manager
        found = list(organizations.named(text)[:20]) or list(organizations.matching(text)[:6])
        if not found:
            raise ValidationError(f"没有找到“{text}”，请核对单位名称。")
        if len(found) > 1 and any(each.name != text for each in found):
            raise ValidationError(f"有多个单位符合：{'、'.join(each.name for each in found[:5])}。请填写全称。")
        return tuple(key for each in found for key in organizations.below(each).values_list("pk", flat=True))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = self._days()
        if since > until:
            self.add_error("until", "结束日期不能早于开始日期。")
        return cleaned

    def _days(self) -> tuple[date, date]:
        """Asked for a request, and for no day, one looks back to the beginning: a request has an index of its own."""
        until = max(self.cleaned_data.get("until") or timezone.localdate(), BEGINNING)
        first = BEGINNING if self.cleaned_data.get("request") else min(until, timezone.localdate()) - timedelta(days=DAYS)
        return max(self.cleaned_data.get("since") or first, BEGINNING), until

    def search(self) -> Search:
        """Only of a valid form."""
        said = self.cleaned_data
        since, until = self._days()
        users, name = said["person"]
        return Search(
            since=_midnight(since),
            until=_midnight(min(until, date(9000, 1, 1)) + timedelta(days=1)),
            users=users,
            name=name,
            organizations=said["organization"],
            request=str(said["request"] or ""),
            address=said["address"],
            kind=said.get("kind", ""),
            label=said.get("label", ""),
            verb=said.get("verb", ""),
        )

    @property
    def period(self) -> str:
        since, until = self._days()
        return f"{since:%Y-%m-%d} 至 {until:%Y-%m-%d}"

    @property
    def conditions(self) -> dict[str, str]:
        """What was asked for, in words; for the record of an export."""
        return {str(field.label): self.data.get(name, "") for name, field in self.fields.items() if self.data.get(name)}


class ActForm(SearchForm):
    verb = forms.ChoiceField(
        label="操作",
        required=False,
        choices=[("", "全部"), *Verb.choices],
        error_messages={"invalid_choice": "没有这个选项，请从列出的选项中选择。"},
    )
    field_order = ("since", "until", "verb")


class ChangeForm(SearchForm):
    kind = forms.ChoiceField(label="资料", required=False)
    label = forms.ChoiceField(label="变更", required=False, choices=[("", "全部"), *words.LABELS.items()])
    field_order = ("since", "until", "kind", "label")

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choice: Any = self.fields["kind"]
        choice.choices = [("", "全部"), *changes.kinds()]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
