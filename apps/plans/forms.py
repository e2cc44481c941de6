from typing import Any

from django import forms

from apps.core import rich_text
from apps.core.forms import DATE, refuse_slips
from apps.core.lifecycle.rows import BaseRows, RowsForm
from apps.core.uploads import MAX_FILES, FilesField
from apps.plans.enums import Standing
from apps.plans.models import Attachment, Plan
from apps.plans.sections import STAGES

MAX_TEXT = 8000
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
    """A draft: a text for every part that its year asks for, the stages, and who answers for the plan."""

    class Meta:
        model = Plan
        fields = ("leader", "contact")

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

    def add_fields(self) -> None:
        """One field for each written part, as the year's template names it."""
        for section in self.instance.sections:
            if section.key != STAGES:
                self.fields[section.key] = forms.CharField(
                    label=section.title, help_text=section.guidance, max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 6})
                )
                self.initial[section.key] = rich_text.plain(self.instance.texts.get(section.key, ""))

    @property
    def parts_in_order(self) -> list[Any]:
        """The template's parts as the page shows them: a bound field, or None for the stages."""
        return [(section, None if section.key == STAGES else self[section.key]) for section in self.instance.sections]

    def row_kwargs(self) -> dict[str, Any]:
        return {"year": self.instance.year}

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        added, removed = data.get("uploads", []), data.get("remove", [])
        if added and self.instance.attachments.count() - len(removed) + len(added) > MAX_FILES:
            self.add_error("uploads", f"附件最多 {MAX_FILES} 个，请先移除不需要的附件。")
        for section, field in self.parts_in_order:
            if field is not None and section.key in data:
                self.instance.texts = {**self.instance.texts, section.key: rich_text.typed(data[section.key])}
        return data

    def show_theirs(self, stored: Any) -> None:
        super().show_theirs(stored)
        for key, text in stored.texts.items():
            if key in self.fields and text != self.instance.texts.get(key):
                self.fields[key].theirs = rich_text.plain(text) or "（空）"  # type: ignore[attr-defined]


class BoardForm(forms.Form):
    """Narrows the office's board to where units stand."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), ("missing", "未上报或待修改"), *Standing.choices])

    def shows(self, line: Any) -> bool:
        wanted = self.cleaned_data.get("state") if self.is_valid() else ""
        return not wanted or line.where == wanted or (wanted == "missing" and line.is_missing)


class RemindForm(forms.Form):
    """Who is reminded of their plan: everybody who has not handed in and was not reminded today, unless the office chooses."""

    units = forms.MultipleChoiceField(
        label="催办单位", widget=forms.CheckboxSelectMultiple, error_messages={"required": "请至少选择一个单位。"}
    )
    text = forms.CharField(label="附言", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text="可以不填。")

    def __init__(self, *args: Any, lines: list[Any], readers: dict[int, list[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {str(line.organization.pk): line for line in lines if line.is_missing}
        open_to = {key: line for key, line in self.lines.items() if not line.is_reminded_today}
        self.fields["units"].choices = [  # type: ignore[attr-defined]
            (key, f"{line.organization}（{line.state_label}，{line.timing}）：{names}")
            for key, line in open_to.items()
            for names in ["、".join(readers[line.organization.pk]) or "还没有人员账号"]
        ]
        self.initial["units"] = list(open_to)
        self.told_today = [line for line in self.lines.values() if line.is_reminded_today]

    def chosen(self) -> list[Any]:
        return [self.lines[key].organization for key in self.cleaned_data["units"]]
