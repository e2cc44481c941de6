from typing import Any

from django import forms

from apps.core.lifecycle.forms import ReportForm
from apps.core.uploads import MAX_FILES, FilesField
from apps.plans.models import Attachment, Plan, Window

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class StageForm(forms.Form):
    """One row of the plan's stages; a row left empty is not kept."""

    title = forms.CharField(label="工作内容", max_length=200, required=False)
    starts_on = forms.DateField(label="开始", required=False, widget=DATE)
    ends_on = forms.DateField(label="结束", required=False, widget=DATE)
    responsible = forms.CharField(label="责任人", max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", "结束日期不能早于开始日期。")
        return data


class BaseStages(forms.BaseFormSet):
    def rows(self) -> list[dict[str, Any]]:
        """The rows that say something, in order."""
        return [row.cleaned_data for row in self.forms if any(row.cleaned_data.values())]


Stages = forms.formset_factory(StageForm, formset=BaseStages, extra=1, max_num=40, validate_max=True)


class PlanForm(ReportForm):
    sections = (
        ("目标和任务", "写清本年度做什么、做到什么程度。", ("goals", "tasks")),
        ("措施和责任", "", ("measures", "leader", "contact")),
    )

    class Meta:
        model = Plan
        fields = ("goals", "tasks", "measures", "leader", "contact")
        widgets = {name: forms.Textarea(attrs={"rows": 6}) for name in ("goals", "tasks", "measures")}

    uploads = FilesField(label="添加附件")
    remove = forms.ModelMultipleChoiceField(
        Attachment.objects.none(), label="移除附件", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remove"].queryset = self.instance.attachments.all()  # type: ignore[attr-defined]
        rows = list(self.instance.stages.values("title", "starts_on", "ends_on", "responsible"))
        self.stages = Stages(self.data if self.is_bound else None, prefix="stages", initial=rows)
        last_return = self.instance.last_return
        self.stages_remark = last_return.remarks.get("stages", "") if last_return else ""

    def clean_uploads(self) -> Any:
        files = self.cleaned_data["uploads"]
        if self.instance.attachments.count() + len(files) > MAX_FILES:
            raise forms.ValidationError(f"附件最多 {MAX_FILES} 个，请先移除不需要的附件。")
        return files

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if not self.stages.is_valid():
            sentences = [str(error) for row in self.stages.forms for errors in row.errors.values() for error in errors]
            self.add_error(None, [f"实施步骤：{sentence}" for sentence in dict.fromkeys([*sentences, *self.stages.non_form_errors()])])
        return data


class WindowForm(forms.ModelForm):
    """When the city takes plans for a year."""

    class Meta:
        model = Window
        fields = ("opens_on", "due_on", "closes_on")
        widgets = dict.fromkeys(fields, DATE)
