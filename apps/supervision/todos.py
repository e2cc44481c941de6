from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.core import todos
from apps.core.lifecycle.enums import EDITABLE, State
from apps.core.todos import Todo
from apps.organizations.grants import grants_of, scope_for
from apps.organizations.models import Organization
from apps.supervision import selectors
from apps.supervision.models import SupervisionReport
from apps.years.models import Window


@todos.source
def to_receive(user: Any) -> Iterator[Todo]:
    """The city office: reports to be received, a line for each year."""
    years = list(SupervisionReport.objects.reviewable_by(user).order_by("-window__year").values_list("window__year", flat=True))
    for year in dict.fromkeys(years):
        url = f"{reverse('supervision:list')}?year={year}"
        yield Todo(f"{year}年督导情况待接收", url, "各报送单位已上报，请接收或退回。", count=years.count(year))


@todos.source
def to_report(user: Any) -> Iterator[Todo]:
    """A reporting unit: the report to begin or finish, and what came back."""
    if "supervision.edit" not in grants_of(user):
        return
    today, now = timezone.localdate(), timezone.now()
    unit = Organization.objects.in_scope(scope_for(user, "supervision.edit")).counties().get()
    windows = {window.year: window for window in Window.objects.of_kind("supervision")}
    open_now = set(Window.objects.of_kind("supervision").open_for(unit, today))
    for standing in selectors.ledger(unit=unit, windows=list(windows.values()), user=user):
        window, report = windows[standing.year], standing.report
        if window not in open_now or (report is not None and report.state not in EDITABLE):
            continue
        late = now > window.due_at
        if report is not None and report.state == State.RETURNED:
            yield Todo(
                f"{report}被退回", report.get_absolute_url(), "请按意见修改后重新上报。", due=window.due_at, tone="warning", came_back=True
            )
        elif report is not None:
            text = "已超过上报期限，请尽快上报。" if late else "草稿还没有上报。"
            yield Todo(f"完成{window.label}", report.get_absolute_url(), text, due=window.due_at, tone="warning" if late else "action")
        else:
            text = "督导办法、督导机构和已开展的督导工作，约需 10 分钟。"
            url = reverse("supervision:list")
            yield Todo(f"填报{window.label}", url, text, due=window.due_at, tone="warning" if late else "action")
