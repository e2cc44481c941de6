from itertools import pairwise
from typing import Any

from django import forms

from apps.core.forms import DATE, SeenForm, refuse_slips
from apps.core.lifecycle.rows import BaseRows, RowsForm
from apps.core.uploads import MAX_FILES, FilesField
from apps.plans.models import Attachment, Plan, Window

LAST_YEAR = 2100  # that a window may be opened for
YEARS_AROUND = 5  # that a stage may reach beyond the plan's year


class StageForm(forms.Form):
    """One row of the plan's stages; a row left empty is not kept."""

    title = forms.CharField(label="工作内容", max_length=200, required=False)
    starts_on = forms.DateField(label="开始", required=False, widget=DATE)
    ends_on = forms.DateField(label="结束", required=False, widget=DATE)
    responsible = forms.CharField(label="责任人", max_length=60, required=False)

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_slips(self, ("starts_on", "ends_on"), self.year - YEARS_AROUND, self.year + YEARS_AROUND)
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", "结束日期不能早于开始日期。")
        return data


Stages = forms.formset_factory(StageForm, formset=BaseRows, extra=1, max_num=40, validate_max=True)


class PlanForm(RowsForm):
    sections = (
        ("目标和任务", "写清本年度做什么、做到什么程度。", ("goals", "tasks")),
        ("措施和责任", "", ("measures", "leader", "contact")),
    )

    class Meta:
        model = Plan
        fields = ("goals", "tasks", "measures", "leader", "contact")
        widgets = {name: forms.Textarea(attrs={"rows": 6}) for name in ("goals", "tasks", "measures")}

    part_labels = {"stages": "实施步骤"}
    rows_name = "stages"
    row_label = "步骤"
    rows_formset = Stages

    uploads = FilesField(label="添加附件")
    remove = forms.ModelMultipleChoiceField(
        Attachment.objects.none(), label="移除附件", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remove"].queryset = self.instance.attachments.all()  # type: ignore[attr-defined]

    def row_kwargs(self) -> dict[str, Any]:
        return {"year": self.instance.year}

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        added, removed = data.get("uploads", []), data.get("remove", [])
        if added and self.instance.attachments.count() - len(removed) + len(added) > MAX_FILES:
            self.add_error("uploads", f"附件最多 {MAX_FILES} 个，请先移除不需要的附件。")
        return data


class WindowForm(SeenForm):
    """When the city takes plans for a year."""

    class Meta:
        model = Window
        fields = ("opens_on", "due_on", "closes_on")
        widgets = dict.fromkeys(fields, DATE)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_slips(self, self.Meta.fields, self.instance.year - 1, LAST_YEAR)
        for earlier, later in pairwise(self.Meta.fields):
            if data.get(earlier) and data.get(later) and data[later] < data[earlier]:
                self.add_error(later, f"{self.fields[later].label}不能早于{self.fields[earlier].label}。")
        return data
