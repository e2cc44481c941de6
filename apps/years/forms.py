from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django import forms
from django.utils import timezone

from apps.core.forms import DATE, SpokenForm, refuse_slips
from apps.coverage.registry import indicators
from apps.organizations.models import Organization
from apps.years import registry
from apps.years.models import LAST_YEAR, Extension, Reopening, Window
from apps.years.selectors import DAYS, KindSettings, YearSettings

Fields = dict[str, Any]


class YearForm(forms.Form):
    """Everything that the city sets for a year, on one page. Field names: <kind>_due_on, <kind>_unit_<key>, <kind>_reason_<key>,
    target_<indicator>. It carries what its user saw; after a Conflict, fields carry what was saved meanwhile (`theirs`)."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    aware = forms.BooleanField(label="已知悉以上提醒，仍按此期限保存", required=False)

    def __init__(
        self,
        *args: Any,
        year: int,
        units: Iterable[Organization],
        stored: YearSettings,
        proposed: YearSettings,
        carried: Mapping[str, tuple[int, Decimal]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.year, self.units, self.kinds, self.carried = year, list(units), list(registry.kinds()), carried
        for kind in self.kinds:
            self.fields |= self._days(kind) | self._units(kind)
        self.fields |= self._targets()
        self.initial = {**_flat(proposed, self.units), "seen": stored.fingerprint}

    @staticmethod
    def _days(kind: registry.Yearly) -> Fields:
        found: Fields = {}
        for name in DAYS:
            model_field: Any = Window._meta.get_field(name)
            field = model_field.formfield(widget=DATE)
            field.error_messages["required"] = f"请填写{kind.label}的{field.label}。"
            found[f"{kind.key}_{name}"] = field
        if kind.is_signed:
            sign_off: Any = Window._meta.get_field("needs_sign_off")
            found[f"{kind.key}_needs_sign_off"] = sign_off.formfield(required=False)
        return found

    def _units(self, kind: registry.Yearly) -> Fields:
        found: Fields = {}
        for unit in self.units:
            found[f"{kind.key}_unit_{unit.pk}"] = forms.BooleanField(label=unit.name, required=False)
            found[f"{kind.key}_reason_{unit.pk}"] = forms.CharField(label=f"{unit}免报原因", max_length=200, required=False)
        return found

    def _targets(self) -> Fields:
        return {
            f"target_{each.key}": forms.DecimalField(
                label=f"{each.label}（%）",
                required=False,
                min_value=0,
                max_value=100,
                max_digits=5,
                decimal_places=2,
                help_text=self._carried(each.key),
                error_messages={"min_value": "目标应在 0 到 100 之间。", "max_value": "目标应在 0 到 100 之间。"},
            )
            for each in indicators()
        }

    def _carried(self, indicator: str) -> str:
        if indicator not in self.carried:
            return "以前没有设过目标；不填就不设目标。"
        since, percent = self.carried[indicator]
        return f"不填则沿用 {since}年的目标 {percent.normalize():f}%。"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for kind in self.kinds:
            names = [f"{kind.key}_{name}" for name in DAYS]
            refuse_slips(self, names, self.year - 1, LAST_YEAR)
            for earlier, later in pairwise(names):
                if data.get(earlier) and data.get(later) and data[later] < data[earlier]:
                    self.add_error(later, f"{self.fields[later].label}不能早于{self.fields[earlier].label}。")
            self._check_units(kind, data)
        return data

    def _check_units(self, kind: registry.Yearly, data: dict[str, Any]) -> None:
        free = [unit for unit in self.units if not data.get(f"{kind.key}_unit_{unit.pk}")]
        for unit in free:
            if not data.get(f"{kind.key}_reason_{unit.pk}", "").strip():
                self.add_error(f"{kind.key}_reason_{unit.pk}", f"{unit}不报送{kind.label}的，请写明原因。")
        if len(free) == len(self.units):
            self.add_error(None, f"{kind.label}至少要有一个单位报送。")

    def settings(self) -> YearSettings:
        """What was filled in; only of a valid form."""
        data = self.cleaned_data
        kinds = {kind.key: self._kind(kind) for kind in self.kinds}
        targets = {each.key: data.get(f"target_{each.key}") for each in indicators()}
        return YearSettings(kinds, {key: percent for key, percent in targets.items() if percent is not None})

    def _kind(self, kind: registry.Yearly) -> KindSettings:
        data = self.cleaned_data
        free = [unit.pk for unit in self.units if not data[f"{kind.key}_unit_{unit.pk}"]]
        return KindSettings(
            **{name: data[f"{kind.key}_{name}"] for name in DAYS},
            needs_sign_off=data.get(f"{kind.key}_needs_sign_off", False),
            exempted={pk: data[f"{kind.key}_reason_{pk}"].strip() for pk in free},
        )

    def show_theirs(self, stored: YearSettings) -> None:
        """Keep what was typed, show what was saved meanwhile beside it, and let a second save decide knowingly."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["seen"] = stored.fingerprint
        self.data = data
        theirs = _flat(stored, self.units)
        for name, field in self.fields.items():
            if name not in ("seen", "aware") and theirs.get(name) != self.cleaned_data.get(name) and (name in theirs or "target_" in name):
                field.theirs = _shown(theirs.get(name))  # type: ignore[attr-defined]

    # What the page draws

    def parts(self) -> Iterator[dict[str, Any]]:
        """A card for each kind."""
        for kind in self.kinds:
            yield {
                "kind": kind,
                "days": [self[f"{kind.key}_{name}"] for name in DAYS],
                "sign_off": self[f"{kind.key}_needs_sign_off"] if kind.is_signed else None,
                "units": [(self[f"{kind.key}_unit_{unit.pk}"], self[f"{kind.key}_reason_{unit.pk}"]) for unit in self.units],
            }

    def target_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("target_")]

    def settled_fields(self) -> list[Any]:
        """All that the second page sends along unseen."""
        return [self[name] for name in self.fields if name not in ("seen", "aware")]


def _flat(settings: YearSettings, units: Iterable[Organization]) -> dict[str, Any]:
    """The settings by the names of the form's fields."""
    found: dict[str, Any] = {f"target_{indicator}": percent for indicator, percent in settings.targets.items()}
    for key, kind in settings.kinds.items():
        found |= {f"{key}_{name}": day for name, day in kind.days.items()} | {f"{key}_needs_sign_off": kind.needs_sign_off}
        for unit in units:
            found[f"{key}_unit_{unit.pk}"] = unit.pk not in kind.exempted
            found[f"{key}_reason_{unit.pk}"] = kind.exempted.get(unit.pk, "")
    return found


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "（空）" if value in (None, "") else str(value)


class ExtensionForm(SpokenForm):
    """A unit asks for more time."""

    class Meta:
        model = Extension
        fields = ("reason", "wanted_until")
        widgets = {"wanted_until": DATE, "reason": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"reason": "市少工委办公室会看到这段话。"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_slips(self, ("wanted_until",), timezone.localdate().year - 1, timezone.localdate().year + 2)
        return data


class AnswerForm(forms.Form):
    """The city grants a day, or says why not: which of the two is the button that was pressed."""

    until = forms.DateField(label="批准延至", widget=DATE, required=False, error_messages={"required": "请填写批准延至的日期。"})
    note = forms.CharField(
        label="答复",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="申请单位会看到这段话；不批准的必须写明理由。",
    )

    def __init__(self, *args: Any, extension: Extension, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["until"] = extension.wanted_until
        self.refuses = self.data.get("action") == "refuse"
        self.fields["until"].required = not self.refuses

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_slips(self, ("until",), timezone.localdate().year - 1, timezone.localdate().year + 2)
        return data


class CloseForm(forms.Form):
    """Closing is final: the year is typed."""

    year = forms.CharField(
        label="输入年度确认关闭",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, closing: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.closing = closing
        self.fields["year"].help_text = f"关闭以后不能整体重新打开；确定关闭的，请输入 {closing}。"
        self.fields["year"].error_messages["required"] = f"请输入 {closing}。"

    def clean_year(self) -> str:
        typed = self.cleaned_data["year"]
        if typed.strip().removesuffix("年") != str(self.closing):
            raise forms.ValidationError(f"输入的年度和要关闭的不一致，请输入 {self.closing}。")
        return typed


class ReopeningForm(SpokenForm):
    """One unit's report of a closed year is opened again."""

    class Meta:
        model = Reopening
        fields = ("reason", "until")
        widgets = {"until": DATE, "reason": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"reason": "原因会长期保留，填报单位也会看到。", "until": "当日 24 时自动恢复关闭。"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_slips(self, ("until",), timezone.localdate().year - 1, timezone.localdate().year + 1)
        return data


class FactSearch(forms.Form):
    """Whose figure of a closed year is wrong."""

    indicator = forms.ChoiceField(label="指标")
    q = forms.CharField(label="单位名称或代码", max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = [(each.key, each.label) for each in indicators()]  # type: ignore[attr-defined]


class CorrectionForm(forms.Form):
    """Why a fact of a closed year becomes its opposite. `was` is what its user saw."""

    was = forms.BooleanField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label="更正原因",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明错在哪里、依据是什么；原因会长期保留，查看这个数字的人都能看到。",
        error_messages={"required": "请写明更正原因。"},
    )
