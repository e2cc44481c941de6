"""Made-up content for the component gallery (/help/components/): every component in each of its states."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import django_tables2 as tables
from django import forms
from django.http import HttpRequest
from django.utils import timezone

from apps.core.lifecycle.enums import EDITABLE, State, Verb
from apps.core.lifecycle.models import Slot
from apps.core.lifecycle.tables import StateColumn
from apps.core.pages import Pages
from apps.core.rich_fields import RichField
from apps.core.tables import NUMBER, Table, arranged
from apps.core.todos import Todo

ICONS = """
    home file map flag school link people table check alert clock plus edit back download lock user search chevron print
    info close menu send sign-out tree eye numbers bullets undo redo eraser up down meeting
""".split()


@dataclass
class SampleReport:
    """What <c-state> and <c-steps> ask of a report, without a database."""

    state: str
    is_late: bool = False
    created_by: str = "王芳"
    created_by_id: int = 1
    submitted_by: str = "王芳"
    submitted_at: datetime = field(default_factory=timezone.now)
    decided_at: datetime | None = None
    due_at: datetime = field(default_factory=lambda: timezone.now() + timedelta(days=12))

    @property
    def state_label(self) -> str:
        return State(self.state).label

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    def verb_label(self, verb: str) -> str:
        return Verb(verb).label

    def slots(self) -> tuple[Slot, ...]:
        return (Slot("review", "审核", "市少工委办公室", "plans.review", about=None),)

    def open_slots(self) -> tuple[Slot, ...]:
        return self.slots() if self.state == State.SUBMITTED else ()


class SampleForm(forms.Form):
    """One field of each kind; bound without data it shows its errors."""

    name = forms.CharField(label="活动名称", max_length=40, help_text="写明主题，例如“手拉手共度周末”。")
    held_on = forms.DateField(label="活动日期", widget=forms.DateInput(attrs={"type": "date"}))
    members = forms.IntegerField(label="参加队员数", min_value=0, required=False, help_text="只填人数，不填姓名。")
    kind = forms.ChoiceField(label="交流形式", choices=[("", "请选择"), ("showcase", "大队活动展示"), ("observation", "中队课观摩")])
    area = forms.ChoiceField(label="学校所在", widget=forms.RadioSelect, choices=[("urban", "城镇"), ("rural", "农村")])
    topics = forms.MultipleChoiceField(
        label="交流内容",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("theory", "基本理论"), ("system", "制度设计"), ("routine", "常规管理"), ("planning", "活动策划")],
    )
    summary = forms.CharField(label="活动小结", required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 4}))
    minutes = RichField(label="会议纪要", max_length=2000, stored="<h3>一、议定事项</h3><ol><li><p>落实经费</p></li></ol>", required=False)
    file = forms.FileField(label="附件", required=False, help_text="pdf、docx、xlsx、jpg、png，每个不超过 20 MB。")
    agreed = forms.BooleanField(label="内容已经本单位负责人审定")


class SampleFilterForm(forms.Form):
    q = forms.CharField(label="名称", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *State.choices])


class SamplePages(Pages):
    size = 4


class SampleTable(Table):
    unit = tables.Column(verbose_name="报送单位")
    state = StateColumn(report=lambda row: row["report"], orderable=False)
    covered = tables.Column(verbose_name="已覆盖", attrs=NUMBER)
    percent = tables.Column(verbose_name="覆盖率", attrs=NUMBER)

    caption = "各报送单位组织覆盖情况（演示数据）"


UNITS = ("南湖区", "秀洲区", "嘉善县", "平湖市", "海盐县", "海宁市", "桐乡市", "经开区", "港区", "市教育局团委")


def content(request: HttpRequest) -> dict[str, Any]:
    """Everything the gallery's templates show."""
    reports = [SampleReport(state) for state in State.values]
    rows = [
        {
            "unit": unit,
            "report": reports[index % len(reports)],
            "covered": f"{60 + index * 7}/{104 + index * 9}",
            "percent": f"{57 + index * 4}.0%",
        }
        for index, unit in enumerate(UNITS)
    ]
    table = arranged(request, SampleTable(rows, order_by="unit"), pages=SamplePages)
    return {
        "crumbs": [("工作台", "/"), ("帮助", None)],
        "icons": ICONS,
        "reports": reports,
        "late_report": SampleReport(State.DRAFT, is_late=True),
        "form": SampleForm(),
        "refused_form": SampleForm({}, auto_id="refused_%s"),
        "filter": SimpleNamespace(form=SampleFilterForm(request.GET or None)),
        "table": table,
        "empty_table": SampleTable([]),
        "todos": [
            Todo("审核工作方案", "#todo", "嘉善县、平湖市已上报", 2, timezone.now() + timedelta(days=5)),
            Todo("修改退回的队室登记", "#todo", "退回理由：请补充面积", 1, timezone.now() - timedelta(days=3), "warning"),
            Todo("等待对方学校接受结对", "#todo", count=1, tone="info"),
        ],
        "trend": {
            "labels": ["2012", "2013", "2014", "2015"],
            "unit": "年",
            "series": [{"label": "组织覆盖率", "values": [0.52, 0.78, 0.83, 0.86]}],
            "target": [0.5, 0.8, 0.8, 0.8],
            "goal": "目标",
            "stepped": True,
        },
    }
