"""Opening accounts: for one person, for a list of them, and for whoever takes over a school."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import FormView, View
from django.views.generic.detail import SingleObjectMixin

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core import exports
from apps.core.errors import DomainError
from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.core.throttle import EXPORT
from apps.organizations.enums import Kind
from apps.organizations.roles import ROLES
from apps.people import selectors
from apps.people.forms import BulkForm, HandOutForm, HandoverForm, InviteForm
from apps.people.models import Person
from apps.people.services import accounts, posts
from apps.people.services.accounts import Opened
from apps.people.views.pages import Crumbs, ObjectForm, TwoSteps, codes, crumbs

SALT = "people.codes"
SHEET_GOOD_FOR = 30 * 60  # seconds
SHEET_HEADS = ("姓名", "账号", "单位", "激活码")


def sheet_of(opened: Iterable[Opened], by: Any) -> str:
    """The codes of a page, signed, for the workbook that it offers."""
    rows = [[each.person.name, each.person.username, str(each.organization), each.code] for each in opened]
    return signing.dumps({"by": by.pk, "rows": rows}, salt=SALT, compress=True)


class Opening(Guarded, TwoSteps):
    """A page that opens accounts."""

    permission = "people.manage"
    submit_label = "下一步"

    @property
    def back_url(self) -> str:
        return reverse("people:list")

    @property
    def crumbs(self) -> Crumbs:
        return crumbs((self.title, None))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.request.user}


class Invite(Opening, FormView):
    """Open an account. Before it is opened, the page says what its role would show."""

    form_class = InviteForm
    template_name = "people/invite.html"
    confirm_template = "people/invite_confirm.html"
    title = "开通账号"
    lead = "约需 2 分钟。开通后把激活码交给本人，由本人设置密码。"

    def get_initial(self) -> dict[str, Any]:
        return {name: self.request.GET[name] for name in ("organization", "role") if name in self.request.GET}

    def preview(self, form: Any) -> dict[str, Any]:
        [entry] = accounts.named([form.entry()])
        form.data = form.data.copy()
        form.data["username"] = entry.username
        showing = selectors.showing(role=form.cleaned_data["role"], organization=entry.organization)
        return {"heading": f"为{entry.name}开通账号", "entry": entry, "showing": showing}

    def act(self, form: Any) -> HttpResponse:
        opened = accounts.open_account(entry=form.entry(), role=form.cleaned_data["role"], by=self.request.user)
        role = ROLES[form.cleaned_data["role"]].label
        return codes(self.request, [opened], title=f"已开通{opened.person}的账号", person=opened.person, role=role)


class Bulk(Opening, FormView):
    """A list of people for one role: every fault of every line at once, then all or none."""

    form_class = BulkForm
    template_name = "people/bulk.html"
    confirm_template = "people/bulk_confirm.html"
    title = "批量开通账号"
    lead = "从表格中复制粘贴，每行一人。先核对，全部无误后一次开通。"

    def preview(self, form: Any) -> dict[str, Any]:
        role = ROLES[form.cleaned_data["role"]]
        lead = f"角色：{role.label}（{role.description}）。确认后一次开通，随即显示每个人的激活码。"
        return {"heading": f"将开通 {len(form.lines)} 个账号", "lead": lead}

    def act(self, form: Any) -> HttpResponse:
        role = form.cleaned_data["role"]
        opened = accounts.open_all(entries=[line.entry() for line in form.lines], role=role, by=self.request.user)
        title = f"已开通 {len(opened)} 个账号"
        return codes(self.request, opened, title=title, sheet=sheet_of(opened, self.request.user), role=ROLES[role].label)


class HandOut(Guarded, FormPage, FormView):
    """Codes for accounts that nobody has entered yet: those that a ledger opened, and those whose code ran out before it was used."""

    permission = "people.manage"
    form_class = HandOutForm
    template_name = "people/hand_out.html"
    title = "发放激活码"
    lead = "给还没有激活的账号发放激活码，交给本人设置密码。已有激活码的再次发放，以前的作废。"
    submit_label = "发放激活码"

    @property
    def back_url(self) -> str:
        return reverse("people:list")

    @property
    def crumbs(self) -> Crumbs:
        return crumbs((self.title, None))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            opened = accounts.hand_out(people=form.cleaned_data["people"], by=self.request.user)
        except DomainError as error:
            form.add_error(None, error.message)
            return self.form_invalid(form)
        return codes(self.request, opened, title=f"已发放 {len(opened)} 个激活码", sheet=sheet_of(opened, self.request.user))


class CodeSheet(Guarded, View):
    """The codes just shown, as a workbook. The page brings them along, signed: they are kept nowhere else."""

    permission = "people.manage"
    throttle = EXPORT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            sheet = signing.loads(request.POST.get("sheet", ""), salt=SALT, max_age=SHEET_GOOD_FOR)
        except signing.BadSignature:
            return render(request, "403.html", {"message": "激活码表已过期。需要时请逐个重置密码，发放新的激活码。"}, status=403)
        if sheet["by"] != request.user.pk:
            raise Http404
        audit.record(Verb.EXPORT, f"激活码，{len(sheet['rows'])} 个", details={"count": len(sheet["rows"])})
        name = f"激活码{timezone.localdate():%Y%m%d}.xlsx"
        file = exports.workbook([exports.Sheet("激活码", SHEET_HEADS, sheet["rows"], (12, 24, 32, 20))])
        return FileResponse(file, as_attachment=True, filename=name, content_type=exports.FORMATS["xlsx"])


class Handover(Opening, ObjectForm, SingleObjectMixin, FormView):
    """A school, or another organization, passes from one person to the next, with all its work."""

    form_class = HandoverForm
    template_name = "people/handover.html"
    confirm_template = "people/handover_confirm.html"
    object: Any

    def get_queryset(self) -> Any:
        return selectors.posts_for(self.request.user)

    def get_object(self, queryset: Any = None) -> Any:
        return SingleObjectMixin.get_object(self, queryset)

    @property
    def title(self) -> str:
        return f"移交{'学校' if self.object.kind == Kind.SCHOOL else '工作'}"

    @property
    def eyebrow(self) -> str:
        return str(self.object)

    @property
    def back_url(self) -> str:
        return f"{reverse('people:list')}?organization={self.object.pk}"

    def get_initial(self) -> dict[str, Any]:
        return {name: self.request.GET[name] for name in ("post",) if name in self.request.GET}

    def get_form_kwargs(self) -> dict[str, Any]:
        holders = selectors.holders(organization=self.object, by=self.request.user)
        return {**super().get_form_kwargs(), "organization": self.object, "posts": holders}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(work=selectors.work_of(self.object), **kwargs)

    def preview(self, form: Any) -> dict[str, Any]:
        outgoing, held = form.posts[form.cleaned_data["post"]]
        to = form.to()
        if not isinstance(to, Person):
            [to] = accounts.named([to])
            form.data = form.data.copy()
            form.data["username"] = to.username
        showing = selectors.showing(role=held.role, organization=self.object)
        facts = {"outgoing": outgoing, "held": held, "to": to, "is_new": not isinstance(to, Person), "showing": showing}
        return {"heading": f"由{outgoing}移交给{to.name}", **facts}

    def act(self, form: Any) -> HttpResponse:
        outgoing, held = form.posts[form.cleaned_data["post"]]
        disable = form.cleaned_data["disable"]
        done = posts.hand_over(held=held, outgoing=outgoing, to=form.to(), disable=disable, by=self.request.user)
        if isinstance(done, Person):
            messages.success(self.request, f"{self.object}已由{outgoing}移交{done}，工作内容全部保留。")
            return HttpResponseRedirect(done.get_absolute_url())
        return codes(self.request, [done], title=f"{self.object}已移交{done.person}", person=done.person, role=held.get_role_display())
