import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string

from apps.core import rich_text
from apps.core.forms import DATE, SeenForm, refuse_slips
from apps.core.lifecycle.merging import digest
from apps.core.lifecycle.models import displayed
from apps.core.lifecycle.rows import BaseRows, RowsForm
from apps.core.rich_fields import SUFFIX, RichField
from apps.core.uploads import MAX_FILES, FilesField
from apps.plans.enums import Standing
from apps.plans.models import Attachment, Plan, Task
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
    """A draft: a text for every part that its year asks for, the stages, and who answers for the plan.

    It carries digests of the parts as they were seen, so that two people at one plan keep what each of them wrote.
    """

    class Meta:
        model = Plan
        fields = ("leader", "contact")

    part_labels = {"stages": "实施步骤"}
    rows_name = "stages"
    row_label = "步骤"
    rows_formset = Stages

    parts_seen = forms.CharField(widget=forms.HiddenInput, required=False)
    uploads = FilesField(label="添加附件")
    remove = forms.ModelMultipleChoiceField(
        Attachment.objects.none(), label="移除附件", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remove"].queryset = self.instance.attachments.all()  # type: ignore[attr-defined]
        self.initial["parts_seen"] = json.dumps(seen_of(self.instance.parts()))

    def add_fields(self) -> None:
        """One field for each written part, as the year's template names it."""
        self.written = [section.key for section in self.instance.sections if section.key != STAGES]
        for section in self.instance.sections:
            if section.key != STAGES:
                stored = self.instance.texts.get(section.key, "")
                self.fields[section.key] = RichField(
                    label=section.title, help_text=section.guidance, max_length=MAX_TEXT, stored=stored, required=False
                )

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
        self.instance.texts = {**self.instance.texts, **{key: data[key] for key in self.written if key in data}}
        return data

    def seen(self) -> dict[str, str]:
        """The digests that the page carried; nonsense is nothing seen."""
        try:
            found = json.loads(self.cleaned_data.get("parts_seen") or "{}")
        except ValueError:
            return {}
        return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}

    def written_parts(self) -> dict[str, Any]:
        """What was written, as Plan.parts(); without what was left as it stood in a plain text area."""
        seen = self.seen()
        written = {name: self.cleaned_data[name] for name in (*self.written, *Plan.content_fields)}
        untouched = {
            name
            for name in self.written
            if self.add_prefix(name) + SUFFIX not in self.data
            and digest(rich_text.squeezed(self.data.get(self.add_prefix(name), ""))) == seen.get(_plain(name))
        }
        return {**{name: value for name, value in written.items() if name not in untouched}, STAGES: self.rows.rows()}

    def show_joined(self, written: Any) -> None:
        """After a save that met another's (services.Written): the parts as they stand, and the other's words where both changed one."""
        parts = written.plan.parts()
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["version"], data["parts_seen"] = str(written.plan.version), json.dumps(seen_of(parts))
        for name, value in parts.items():
            if name in written.colliding:
                self.put_beside(name, value, written)
            elif name == STAGES:
                self.rows = self.rows_formset(prefix=self.rows_name, initial=value, form_kwargs=self.row_kwargs())
            else:
                data[self.add_prefix(name) + (SUFFIX if name in self.written else "")] = value
        self.data = data

    def put_beside(self, name: str, value: Any, written: Any) -> None:
        """Show at a part what somebody else saved there."""
        holder: Any = self.parts[name] if name == STAGES else self.fields[name]
        holder.theirs_by, holder.theirs_at, holder.theirs_seen = written.theirs_by, written.theirs_at, digest(value)
        if name == STAGES:
            holder.theirs = "\n".join(str(stage) for stage in written.plan.stages.all()) or "（空）"
            holder.theirs_rows = self.drawn_rows(value)
        elif name in self.written:
            holder.theirs, holder.theirs_html = rich_text.plain(value) or "（空）", value
        else:
            holder.theirs, holder.theirs_value = displayed(written.plan, name) or "（空）", value

    def drawn_rows(self, value: Any) -> str:
        """The stages as the page has them, for a page that takes somebody else's."""
        rows = self.rows_formset(prefix=self.rows_name, initial=value, form_kwargs=self.row_kwargs())
        return render_to_string("plans/stage_rows.html", {"rows": rows})

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
        label="催办单位",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请至少选择一个单位。",
            "invalid_choice": "有单位刚刚已经上报，或者今天已经催办，请核对后再发送。",
        },
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


def seen_of(parts: Mapping[str, Any]) -> dict[str, str]:
    """The digest of each part, and of each text also the one of its plain form: what a text area without an editor shows."""
    texts = {_plain(name): digest(rich_text.plain(value)) for name, value in parts.items() if isinstance(value, str)}
    return {**{name: digest(value) for name, value in parts.items()}, **texts}


def _plain(name: str) -> str:
    return f"{name}:plain"


class AttachForm(forms.Form):
    """Files that come or go while the draft stays open."""

    uploads = FilesField(label="添加附件")
    remove = forms.ModelMultipleChoiceField(Attachment.objects.none(), required=False)

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remove"].queryset = plan.attachments.all()  # type: ignore[attr-defined]


class TaskForm(SeenForm):
    """What a unit reports of one task."""

    class Meta:
        model = Task
        fields = Task.FACTS
        widgets = {"done_on": DATE, "note": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"done_on": "还没有完成的，留空。", "note": "写明做了什么、结果如何；没有按期完成的，写明原因和打算。"}
