from datetime import date
from typing import Any

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import TemplateView

from apps.audit.taking import Taken
from apps.core.guard import Guarded
from apps.core.lifecycle import views as lifecycle
from apps.core.tables import arranged
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.supervision import selectors, services
from apps.supervision.forms import SupervisionForm
from apps.supervision.models import SupervisionReport
from apps.supervision.tables import UnitTable, YearTable
from apps.years.models import Window


class SupervisionPage(lifecycle.ReportMixin):
    """What every page about a supervision report shares."""

    model = SupervisionReport
    services = services
    room = "督导"
    related = ("window", "organization", "county", "submitted_by", "updated_by", "created_by")
    permission = "supervision.view"


class SupervisionList(Guarded, Taken, TemplateView):
    """The board of a year for whoever sees many units, the ledger of the years for a unit."""

    permission = "supervision.view"
    template_name = "supervision/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        find = self.board if scope_for(self.request.user, "supervision.view").everything else self.ledger
        windows = list(Window.objects.of_kind("supervision"))
        return super().get_context_data(windows=windows, **find(windows, timezone.localdate()), **kwargs)

    def board(self, windows: list[Window], today: date) -> dict[str, Any]:
        user, year = self.request.user, self.request.GET.get("year")
        asked = next((each for each in windows if str(each.year) == year), None)
        window = asked or Window.objects.of_kind("supervision").current(today).first()
        context = {"window": window, "today": today, "may_open": user.has_perm("years.open")}
        if window is None:
            return context
        board = selectors.board(window=window, user=user)
        table = arranged(self.request, UnitTable(board.standings))
        table.file_name = f"{window}各报送单位督导情况"
        return {**context, "board": board, "facts": selectors.facts(board), "table": table}

    def ledger(self, windows: list[Window], today: date) -> dict[str, Any]:
        user = self.request.user
        unit = Organization.objects.in_scope(scope_for(user, "supervision.view")).counties().get()
        standings = selectors.ledger(unit=unit, windows=windows, user=user)
        open_now = {window.year: window for window in Window.objects.of_kind("supervision").open_for(unit, today)}
        waiting = [(open_now[each.year], each) for each in standings if each.year in open_now]
        table, may_edit = arranged(self.request, YearTable(standings)), user.has_perm("supervision.edit", unit)
        return {"unit": unit, "today": today, "may_edit": may_edit, "waiting": waiting, "table": table}


class SupervisionCreate(lifecycle.ReportCreate):
    """Begin a unit's report of a year."""

    permission = "supervision.edit"
    model = SupervisionReport

    def begin(self, year: int, unit: int) -> SupervisionReport:
        units = Organization.objects.in_scope(scope_for(self.request.user, "supervision.edit")).counties()
        organization = get_object_or_404(units, pk=unit)
        window = get_object_or_404(Window.objects.of_kind("supervision"), year=year)
        report, begun = services.draft(organization=organization, window=window, by=self.request.user)
        if begun and report.measures_title:
            messages.info(self.request, f"已带入{year - 1}年的督导办法和督导机构，请核对；督导工作请填写{year}年开展的。")
        return report


class SupervisionDetail(SupervisionPage, lifecycle.ReportDetail):
    template_name = "supervision/detail.html"
    submit_note = "上报后由市少工委办公室接收，接收前不能修改；需要修改时可以请市少工委办公室退回。"


class SupervisionEdit(SupervisionPage, lifecycle.ReportEdit):
    permission = "supervision.edit"
    template_name = "supervision/form.html"
    form_class = SupervisionForm
    lead = "约需 10 分钟。填写时自动保存，可以随时离开，以后接着填。"

    def save(self, form: Any) -> SupervisionReport:
        return services.save(report=form.instance, by=self.request.user, version=form.cleaned_data["version"], inspections=form.rows.rows())


class SupervisionSubmit(SupervisionPage, lifecycle.ReportSubmit):
    permission = "supervision.submit"


class SupervisionApprove(SupervisionPage, lifecycle.ReportApprove):
    pass


class SupervisionReturn(SupervisionPage, lifecycle.ReportReturn):
    pass
