from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.core import todos
from apps.core.lifecycle.enums import State
from apps.core.todos import Todo
from apps.organizations.enums import Kind
from apps.organizations.grants import grants_of
from apps.organizations.models import Organization
from apps.supervision.models import SupervisionReport


@todos.source
def to_receive(user: Any) -> Iterator[Todo]:
    """The city office: reports to be received, a line for each year."""
    years = list(SupervisionReport.objects.reviewable_by(user).order_by("-year").values_list("year", flat=True))
    for year in dict.fromkeys(years):
        url = f"{reverse('supervision:list')}?year={year}"
        yield Todo(f"{year}年督导情况待接收", url, "各报送单位已上报，请接收或退回。", count=years.count(year))


@todos.source
def to_report(user: Any) -> Iterator[Todo]:
    """A reporting unit: this year's report to begin or finish, and whatever came back."""
    held_at = grants_of(user).get("supervision.edit", frozenset())
    if not held_at:
        return
    year = timezone.localdate().year
    own = list(SupervisionReport.objects.editable().filter(organization__in=held_at).select_related("organization"))
    for report in own:
        if report.state == State.RETURNED:
            yield Todo(f"{report}被退回", report.get_absolute_url(), "请按意见修改后重新上报。", tone="warning")
        else:
            yield Todo(f"完成{report.year}年督导情况", report.get_absolute_url(), "草稿还没有上报。")
    begun = SupervisionReport.objects.in_year(year).filter(organization__in=held_at).values("organization")
    for _ in Organization.objects.of_kind(Kind.COUNTY).filter(pk__in=held_at).exclude(pk__in=begun):
        yield Todo(f"填报{year}年督导情况", reverse("supervision:list"), "督导办法、督导机构和已开展的督导工作，约需 10 分钟。")
