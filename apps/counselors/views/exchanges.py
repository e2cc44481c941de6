from typing import Any

from apps.audit.taking import Taken
from apps.core.lifecycle import views as lifecycle
from apps.counselors.filters import ExchangeFilter
from apps.counselors.forms import ExchangeForm
from apps.counselors.models import Exchange
from apps.counselors.services import exchanges as services
from apps.counselors.tables import ExchangeTable
from apps.organizations.two_sided.models import LISTED, RELATED
from apps.organizations.two_sided.views import BeginReport, ChangePartner

ROOM = "辅导员交流"


class ExchangePage(lifecycle.ReportMixin):
    """What every page about an exchange shares."""

    model = Exchange
    services = services
    room = ROOM
    related: tuple[str, ...] = RELATED
    permission = "counselors.view"


class ExchangeList(ExchangePage, Taken, lifecycle.ReportList):
    related = LISTED
    template_name = "counselors/list.html"
    filterset_class = ExchangeFilter
    table_class = ExchangeTable


class ExchangeBegin(BeginReport):
    permission = "counselors.edit"
    model = Exchange
    services = services
    room = ROOM
    title = "选择交流学校"
    lead = "先选学校，再填写形式、内容和时间。"


class ExchangePartner(ExchangePage, ChangePartner):
    permission = "counselors.edit"
    title = "更换交流学校"
    lead = "已经填写的内容都会保留。"


class ExchangeDetail(ExchangePage, lifecycle.ReportDetail):
    template_name = "counselors/detail.html"
    submit_note = "提交后由报送单位确认，确认前不能修改；需要修改时可请报送单位退回。"


class ExchangeEdit(ExchangePage, lifecycle.ReportEdit):
    permission = "counselors.edit"
    template_name = "counselors/form.html"
    form_class = ExchangeForm
    lead = "约需 5 分钟。填写时自动保存，可以随时离开，以后接着填。"


class ExchangeSubmit(ExchangePage, lifecycle.ReportSubmit):
    permission = "counselors.submit"

    def act(self, report: Any, version: int) -> str:
        super().act(report, version)
        return f"已提交，等待{report.county}确认。"


class ExchangeApprove(ExchangePage, lifecycle.ReportApprove):
    pass


class ExchangeReturn(ExchangePage, lifecycle.ReportReturn):
    pass
