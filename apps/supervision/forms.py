from datetime import MAXYEAR, date
from typing import Any

from django import forms

from apps.core.forms import DATE, refuse_slips
from apps.core.lifecycle.rows import BaseRows, RowsForm
from apps.organizations.validators import FOUNDED_ON
from apps.supervision.models import SupervisionReport

SHORT_TEXT = forms.Textarea(attrs={"rows": 2})


class InspectionForm(forms.Form):
    """One inspection; a row left empty is not kept."""

    held_on = forms.DateField(label="日期", required=False, widget=DATE)
    place = forms.CharField(label="督导对象", max_length=100, required=False, help_text="学校、镇（街道）或村（社区）的名称。")
    findings = forms.CharField(label="发现的问题", max_length=1000, required=False, widget=SHORT_TEXT, help_text="没有发现问题的写“无”。")
    rectification = forms.CharField(
        label="整改情况", max_length=1000, required=False, widget=SHORT_TEXT, help_text="没有需要整改的可以不填。"
    )

    def __init__(self, *args: Any, year: int, last_day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year, self.last_day = year, last_day
        self.fields["held_on"].help_text = f"{year}年开展的，不晚于 {last_day:%Y-%m-%d}。"

    def clean_held_on(self) -> date | None:
        held_on = self.cleaned_data["held_on"]
        if held_on and not date(self.year, 1, 1) <= held_on <= self.last_day:
            raise forms.ValidationError(f"督导日期应在 {self.year}-01-01 和 {self.last_day:%Y-%m-%d} 之间。")
        return held_on


Inspections = forms.formset_factory(InspectionForm, formset=BaseRows, extra=1, max_num=60, validate_max=True)


class SupervisionForm(RowsForm):
    sections = (
        ("督导办法", "县（市、区）出台的少先队工作督导办法；本年度还没有出台的可以不填。", ("measures_title", "measures_issued_on")),
        ("督导机构", "为督导少先队工作成立的机构；还没有成立的可以不填。", ("body_name", "body_head", "body_set_up_on")),
    )
    rows_name = "inspections"
    row_label = "督导"
    part_labels = {"inspections": "督导工作"}
    rows_formset = Inspections

    class Meta:
        model = SupervisionReport
        fields = SupervisionReport.content_fields
        widgets = {"measures_issued_on": DATE, "body_set_up_on": DATE}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_slips(self, ("measures_issued_on", "body_set_up_on"), FOUNDED_ON.year, MAXYEAR)  # the model says which is the last day
        return data

    def row_kwargs(self) -> dict[str, Any]:
        return {"year": self.instance.year, "last_day": self.instance.last_day()}
