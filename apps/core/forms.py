"""How every form of the portal is drawn."""

from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, date
from typing import Any

from django import forms
from django.db import models
from django.forms import BoundField
from django.forms.renderers import TemplatesSetting

from apps.core import seen
from apps.core.lifecycle.models import displayed

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")  # what browsers ask of a date field, whatever the language
WRONG_DATE = "请填写正确的日期，例如 2027-04-10。"
CHOICE = "没有这个选项，请从列出的选项中选择。"
# Django's own Chinese says 确保该变量包含不超过 40 字符, to a programmer; these speak to whoever filled the field in.
WORDS: Mapping[type[forms.Field], Mapping[str, str]] = {
    forms.Field: {
        "required": "请填写这一栏。",
        "max_length": "最多 %(limit_value)d 字，现在有 %(show_value)d 字，请删减。",
        "null_characters_not_allowed": "含有无法保存的字符，请删除后重新填写。",
    },
    forms.IntegerField: {"invalid": "请填写整数。"},
    forms.DecimalField: {
        "invalid": "请填写数字。",
        "max_digits": "数字过大，请核对。",
        "max_whole_digits": "数字过大，请核对。",
        "max_decimal_places": "最多保留 %(max)s 位小数。",
    },
    forms.DateField: {"invalid": WRONG_DATE},
    forms.ChoiceField: {"invalid_choice": CHOICE},
    forms.MultipleChoiceField: {"invalid_choice": CHOICE},
    forms.ModelChoiceField: {"invalid_choice": CHOICE},
}


def speak() -> None:
    """Give every field these words; a form's own `error_messages` still come first."""
    for field, words in WORDS.items():
        field.default_error_messages = {**field.__dict__.get("default_error_messages", {}), **words}


def slip(day: date | None, first: int, last: int) -> str:
    """What is said of a day whose year cannot be meant; empty where it can. 0207 and 20277 are slips that nobody sees in a date picker."""
    if day is None or first <= day.year <= last:
        return ""
    return f"日期应在{first}年至{last}年之间，请核对年份。" if last < MAXYEAR else f"日期不能早于{first}年，请核对年份。"


def refuse_slips(form: forms.Form | forms.ModelForm, names: Iterable[str], first: int, last: int) -> None:
    for name in names:
        if sentence := slip(form.cleaned_data.get(name), first, last):
            form.add_error(name, sentence)


class NotedField(BoundField):
    """A field that may carry what others said about it: reviewers' `remarks`, and `theirs`, what someone else saved meanwhile."""

    @property
    def aria_describedby(self) -> str | None:
        notes = [f"{self.auto_id}_{name}" for name in ("remarks", "theirs") if getattr(self.field, name, "")]
        return " ".join(filter(None, [super().aria_describedby, *notes])) or None


class Renderer(TemplatesSetting):
    """Fields are rendered by Django itself, with the portal's templates."""

    field_template_name = "django/forms/field.html"
    bound_field_class = NotedField


def show_theirs(form: Any, stored: models.Model, names: Iterable[str], **saw: Any) -> None:
    """Someone else saved meanwhile: keep what was typed, show their words beside it, and let a second save decide knowingly.

    `saw` is what the form sends back for having seen the row as it is now stored.
    """
    form.data = form.data.copy()
    for name, value in saw.items():
        form.data[form.add_prefix(name)] = value
    for name in names:
        if name in form.fields and getattr(stored, name) != form.cleaned_data.get(name):
            form.fields[name].theirs = displayed(stored, name) or "（空）"


class SpokenForm(forms.ModelForm):
    """A form of a register: what is missing is asked for by name, and a choice offers no empty button."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Mapping[str, Any] = self.fields
        for field in fields.values():
            verb = "选择" if isinstance(field, forms.ChoiceField) else "填写"
            field.error_messages["required"] = f"请{verb}{field.label}。"
            if type(field) is forms.IntegerField:  # the others are its children, and say their limits in words of their own
                field.error_messages |= {"min_value": "不能小于 %(limit_value)s。", "max_value": "数字过大，请核对。"}
            if isinstance(field.widget, forms.RadioSelect):
                field.choices = [choice for choice in field.choices if choice[0]]


class SeenForm(SpokenForm):
    """A form over a row of a register. It carries what its user saw; after a Conflict, fields carry what was saved meanwhile (`theirs`)."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = seen.fingerprint(self.instance, self._meta.fields or (), *self.seen_besides(self.instance))

    def seen_besides(self, row: Any) -> tuple[str, ...]:
        """What the form shows besides the row's own fields: the rows that hang off it, as text."""
        return ()

    @property
    def facts(self) -> dict[str, Any]:
        """The cleaned values of the row's own fields."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}

    def show_theirs(self, stored: models.Model) -> None:
        names = self._meta.fields or ()
        show_theirs(self, stored, names, seen=seen.fingerprint(stored, names, *self.seen_besides(stored)))
