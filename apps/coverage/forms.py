"""What is asked on the pages of coverage."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from apps.core.forms import DATE, SpokenForm, refuse_slips
from apps.coverage.models import Exemption, Milestone, Target
from apps.coverage.registry import CIRCULAR, indicators
from apps.organizations.enums import Kind
from apps.organizations.models import Organization

MOST_NAMED = 5  # organizations of one name that a sentence lists


class IndicatorField(forms.ChoiceField):
    """One of the declared indicators; its value is the Indicator."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": "指标", "choices": _choices, "error_messages": {"required": "请选择指标。"}, **kwargs})

    def clean(self, value: Any) -> Any:
        key = super().clean(value)
        return next((each for each in indicators() if each.key == key), None)


def _choices() -> list[tuple[str, str]]:
    return [("", "请选择"), *((each.key, each.label) for each in indicators())]


class PercentField(forms.DecimalField):
    """A share that is to be reached."""

    def __init__(self, **kwargs: Any) -> None:
        words = dict.fromkeys(("min_value", "max_value"), "目标应在 0 到 100 之间。")
        super().__init__(label="目标（%）", min_value=0, max_value=100, max_digits=5, decimal_places=2, error_messages=words, **kwargs)


class DayForm(forms.Form):
    """Any day since the circular."""

    day = forms.DateField(label="日期", widget=DATE, error_messages={"required": "请填写日期。"})

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        if not CIRCULAR <= day <= timezone.localdate():
            raise forms.ValidationError(f"请填写 {CIRCULAR} 至今天之间的日期。")
        return day


class ApartForm(SpokenForm):
    """A target for one reporting unit alone."""

    indicator = IndicatorField()
    county = forms.ModelChoiceField(queryset=Organization.objects.counties(), label="报送单位", empty_label="请选择")
    percent = PercentField()
    field_order = ("indicator", "county", "percent", "reason")

    class Meta:
        model = Target
        fields = ("county", "percent", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True
        self.fields["reason"].help_text = "例如：新划入的镇当年起步。各级页面都会显示。"

    def _post_clean(self) -> None:
        """The service writes, and says what stands against it."""


class MilestoneForm(SpokenForm):
    """A step on the way to a year's target."""

    indicator = IndicatorField()
    county = forms.ModelChoiceField(queryset=Organization.objects.counties(), label="报送单位", required=False, empty_label="全市")
    percent = PercentField()
    field_order = ("indicator", "due_on", "percent", "county")

    class Meta:
        model = Milestone
        fields = ("due_on", "percent", "county")
        widgets = {"due_on": DATE}

    def clean(self) -> dict[str, Any] | None:
        refuse_slips(self, ["due_on"], 2012, 2100)
        return self.cleaned_data

    def _post_clean(self) -> None:
        """As above."""


class ExemptionForm(SpokenForm):
    """Who is not counted for an indicator: named as people write it, by name or by code."""

    indicator = IndicatorField()
    county = forms.ModelChoiceField(queryset=Organization.objects.counties(), label="报送单位", empty_label="请选择")
    organization = forms.CharField(label="单位名称或代码", max_length=60, help_text="村（社区）、学校等的全名；同名的请填代码。")
    field_order = ("indicator", "county", "organization", "since", "reason")

    class Meta:
        model = Exemption
        fields = ("since", "reason")
        widgets = {"since": DATE}

    def clean(self) -> dict[str, Any] | None:
        refuse_slips(self, ["since"], 2012, 2100)
        data = self.cleaned_data
        if (name := data.get("organization")) and (county := data.get("county")) and (indicator := data.get("indicator")):
            named = Organization.objects.below(county).of_kind(Kind(indicator.level)).named(name.strip())
            found = list(named.select_related("parent")[: MOST_NAMED + 1])
            if len(found) == 1:
                data["organization"] = found[0]
            elif not found:
                self.add_error("organization", f"{county}没有这个{Kind(indicator.level).label}，请核对名称。")
            else:
                listed = "、".join(f"{each.parent}{each}（{each.code or '无代码'}）" for each in found[:MOST_NAMED])
                self.add_error("organization", f"有多个同名单位：{listed}，请填写代码。")
        return data

    def _post_clean(self) -> None:
        """As above."""
