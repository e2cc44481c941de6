from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import CreateView, DetailView, FormView, TemplateView, UpdateView, View
from django.views.generic.detail import SingleObjectMixin
from django_filters.views import FilterView

from apps.audit.taking import Taken
from apps.core.errors import DomainError
from apps.core.form_pages import FormPage
from apps.core.guard import SIGNED_IN, Guarded
from apps.core.pages import Pages
from apps.core.tables import Table, arranged
from apps.core.throttle import MESSAGE
from apps.notices import selectors
from apps.notices.filters import DeliveryFilter, NoticeFilter
from apps.notices.forms import PreferenceForm, RobotForm
from apps.notices.models import Delivery, Notice, Preference, Robot
from apps.notices.services import connections, deliveries, inbox, mails
from apps.notices.tables import DeliveryTable, NoticeTable, RobotTable

Crumbs = list[tuple[str, str | None]]


def crumbs(*more: tuple[str, str | None]) -> Crumbs:
    return [("通知", reverse("notices:inbox")), *more]


class Inbox(Guarded, Taken, FilterView):
    """What I was told in the role I wear: unread first."""

    permission = SIGNED_IN
    template_name = "notices/inbox.html"
    filterset_class = NoticeFilter
    strict = False

    def get_queryset(self) -> Any:
        return Notice.objects.visible_to(self.request.user).unread_first()

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        return {**super().get_filterset_kwargs(filterset_class), "data": self.request.GET}  # also without conditions: old ones stay out

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pages = Pages(self.object_list, Pages.size)
        shown = pages.get_page(self.request.GET.get("page"))
        return super().get_context_data(paginator=pages, shown=shown, unread=selectors.unread_count(self.request.user), **kwargs)

    def tables(self, context: dict[str, Any]) -> dict[str, Table]:
        return {"table": NoticeTable(self.object_list)}


class OwnNotice(Guarded, SingleObjectMixin, View):
    """One of my notices, to do something with it."""

    permission = SIGNED_IN
    model = Notice
    http_method_names = ["post"]

    def get_queryset(self) -> Any:
        return Notice.objects.visible_to(self.request.user)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        notice = self.get_object()
        inbox.read(notices=self.get_queryset().filter(pk=notice.pk), by=request.user)
        return HttpResponseRedirect(self.where(notice))

    def where(self, notice: Notice) -> str:
        raise NotImplementedError


class NoticeOpen(OwnNotice):
    """Read it, and go where it leads: to a page of ours, whatever is stored."""

    def where(self, notice: Notice) -> str:
        url = notice.get_absolute_url()
        return url if url_has_allowed_host_and_scheme(url, allowed_hosts=None) and url.startswith("/") else reverse("notices:inbox")


class NoticeRead(OwnNotice):
    def where(self, notice: Notice) -> str:
        return back_to_inbox(self.request)


class ReadAll(Guarded, View):
    """Everything that the inbox shows as it is filtered."""

    permission = SIGNED_IN
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        shown = NoticeFilter(request.GET, queryset=Notice.objects.visible_to(request.user), request=request)
        count = inbox.read(notices=shown.qs, by=request.user)
        messages.success(request, f"{count} 条通知已标为已读。" if count else "没有未读的通知。")
        return HttpResponseRedirect(back_to_inbox(request))


def back_to_inbox(request: HttpRequest) -> str:
    query = request.GET.urlencode()
    return f"{reverse('notices:inbox')}{'?' if query else ''}{query}"


class Settings(Guarded, FormPage, FormView):
    """How I want to be told."""

    permission = SIGNED_IN
    template_name = "notices/settings.html"
    form_class = PreferenceForm
    title = "通知设置"
    lead = "只管您自己的邮件；“通知”栏目总能看到全部内容。"
    submit_label = "保存设置"

    @property
    def crumbs(self) -> Crumbs:
        return crumbs((self.title, None))

    @property
    def back_url(self) -> str:
        return reverse("notices:inbox")

    def get_success_url(self) -> str:
        return reverse("notices:settings")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": Preference.of(self.request.user)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(address=connections.address_of(self.request.user), mail_is_on=mails.is_on(), **kwargs)

    def save(self, form: Any) -> str:
        inbox.prefer(by=self.request.user, facts=form.facts, seen=form.cleaned_data["seen"])
        return "通知设置已保存。"

    def conflict(self, form: Any, conflict: DomainError) -> HttpResponse:
        form.show_theirs(Preference.of(self.request.user))
        form.add_error(None, conflict.message)
        return self.render_to_response(self.get_context_data(form=form), status=409)


class Trial(Guarded, View):
    """Try a channel now, and say what came of it."""

    throttle = MESSAGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            messages.success(request, self.attempt())
        except DomainError as error:
            messages.error(request, error.message)
        return HttpResponseRedirect(self.back_url())

    def attempt(self) -> str:
        raise NotImplementedError

    def back_url(self) -> str:
        raise NotImplementedError


class MailTrial(Trial):
    permission = SIGNED_IN

    def attempt(self) -> str:
        return f"测试邮件已发到 {connections.try_mail(by=self.request.user)}，请查收；没有收到的，请看看垃圾邮件。"

    def back_url(self) -> str:
        return reverse("notices:settings")


class RobotMixin(Guarded):
    permission = "notices.connect"
    model = Robot

    def get_queryset(self) -> Any:
        return Robot.objects.visible_to(self.request.user).select_related("organization")


class RobotList(RobotMixin, TemplateView):
    """The groups that are told what my organization is told."""

    template_name = "notices/robots.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        table = arranged(self.request, RobotTable(self.get_queryset().with_last()), pages=Pages)
        return super().get_context_data(table=table, crumbs=crumbs(("群机器人", None)), **kwargs)


class RobotForms(RobotMixin, FormPage):
    form_class: Any = RobotForm
    template_name: str | None = "notices/robot.html"

    @property
    def crumbs(self) -> Crumbs:
        return crumbs(("群机器人", self.back_url), (self.title, None))

    @property
    def back_url(self) -> str:
        return reverse("notices:robots")


class RobotCreate(RobotForms, CreateView):
    title = "添加群机器人"
    lead = "本单位收到通知时，机器人同时在钉钉群里发一条。大约 2 分钟填完。"
    object = None

    def save(self, form: Any) -> str:
        organization = selectors.connected(self.request.user)
        robot = connections.connect(organization=organization, by=self.request.user, **form.facts)
        return f"“{robot}”已添加，可以发送测试消息。"


class RobotEdit(RobotForms, UpdateView):
    lead = "地址和密钥保存后不再显示。"

    @property
    def title(self) -> str:
        return str(self.object)

    def save(self, form: Any) -> str:
        robot = connections.change(robot=self.get_object(), seen=form.cleaned_data["seen"], by=self.request.user, **form.facts)
        return f"“{robot}”已保存。"


class RobotTrial(RobotMixin, SingleObjectMixin, Trial):
    def attempt(self) -> str:
        robot = self.get_object()
        connections.try_robot(robot=robot, by=self.request.user)
        return f"测试消息已发到“{robot}”，请到群里查看。"

    def back_url(self) -> str:
        return reverse("notices:robot", args=[self.kwargs["pk"]])


class DeliveryMixin(Guarded):
    permission = "notices.connect"
    model = Delivery

    def get_queryset(self) -> Any:
        return Delivery.objects.visible_to(self.request.user).select_related("user", "robot", "organization")


class DeliveryList(DeliveryMixin, Taken, FilterView):
    """What was sent, what was not, and of what nobody knows."""

    template_name = "notices/deliveries.html"
    filterset_class = DeliveryFilter
    strict = False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        table = arranged(self.request, DeliveryTable(self.object_list), pages=Pages)
        return super().get_context_data(table=table, mail_is_on=mails.is_on(), crumbs=crumbs(("发送记录", None)), **kwargs)


class DeliveryDetail(DeliveryMixin, DetailView):
    """One sending with what it carries, and the decision to send it again."""

    template_name = "notices/delivery.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        way = crumbs(("发送记录", reverse("notices:deliveries")), (str(self.object), None))
        return super().get_context_data(lines=selectors.lines(self.object), now=timezone.now(), crumbs=way, **kwargs)


class Resend(DeliveryMixin, SingleObjectMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        delivery = self.get_object()
        try:
            deliveries.resend(delivery=delivery, by=request.user)
            messages.success(request, "已安排重新发送，稍后刷新可以看到结果。")
        except DomainError as error:
            messages.warning(request, error.message)
        return HttpResponseRedirect(reverse("notices:delivery", args=[delivery.pk]))
