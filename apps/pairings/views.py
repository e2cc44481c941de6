from typing import Any

from apps.audit.taking import Taken
from apps.core.lifecycle import views as lifecycle
from apps.organizations.two_sided.models import LISTED, RELATED
from apps.organizations.two_sided.views import BeginReport, ChangePartner
from apps.pairings import services
from apps.pairings.filters import PairingFilter
from apps.pairings.forms import PairingForm
from apps.pairings.models import Pairing
from apps.pairings.tables import PairingTable

ROOM = "结对共建"


class PairingPage(lifecycle.ReportMixin):
    """What every page about a pairing shares."""

    model = Pairing
    services = services
    room = ROOM
    related: tuple[str, ...] = RELATED
    permission = "pairings.view"


class PairingList(PairingPage, Taken, lifecycle.ReportList):
    related = LISTED
    template_name = "pairings/list.html"
    filterset_class = PairingFilter
    table_class = PairingTable


class PairingBegin(BeginReport):
    permission = "pairings.edit"
    model = Pairing
    services = services
    room = ROOM
    title = "选择结对学校"
    lead = "先选学校，再填写目标和计划。同一年度与同一所学校只结对一次。"


class PairingPartner(PairingPage, ChangePartner):
    permission = "pairings.edit"
    title = "更换结对学校"
    lead = "已经填写的目标、计划和步骤都会保留。"


class PairingDetail(PairingPage, lifecycle.ReportDetail):
    template_name = "pairings/detail.html"
    submit_note = "对方学校接受后，由报送单位确认；两校不在同一报送单位的，由双方报送单位分别确认。发出后不能修改，需要修改时可请对方退回。"


class PairingEdit(PairingPage, lifecycle.ReportEdit):
    permission = "pairings.edit"
    template_name = "pairings/form.html"
    form_class = PairingForm
    lead = "约需 10 分钟。填写时自动保存，可以随时离开，以后接着填。"


class PairingSubmit(PairingPage, lifecycle.ReportSubmit):
    permission = "pairings.submit"

    def act(self, report: Any, version: int) -> str:
        super().act(report, version)
        return f"邀请已发出，等待{report.partner}接受。"


class PairingApprove(PairingPage, lifecycle.ReportApprove):
    pass


class PairingReturn(PairingPage, lifecycle.ReportReturn):
    pass
