"""One person: their page, and what whoever keeps their account may do there."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import DetailView, FormView, TemplateView, View
from django.views.generic.detail import SingleObjectMixin

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core import seen as seen_rows
from apps.core.errors import Conflict, DomainError
from apps.core.form_pages import FormPage
from apps.organizations.grants import scope_for
from apps.organizations.models import RoleHolding
from apps.organizations.rules import may_appoint
from apps.organizations.services import roles
from apps.people import rules, selectors
from apps.people.forms import GrantForm, MoveForm, PersonForm
from apps.people.models import Person
from apps.people.services import accounts, posts
from apps.people.views.pages import Crumbs, KeeperMixin, ObjectForm, PersonMixin, TwoSteps, codes, crumbs


def looked_at(person: Person) -> None:
    """The telephone and e-mail of one person were shown."""
    audit.record(Verb.VIEW_CONTACTS, f"{person}（{person.username}）", details={"person": person.pk, "shown": 1})


class PersonDetail(PersonMixin, DetailView):
    """Who somebody is, what they hold, and what may be done about it. Looking is recorded."""

    template_name = "people/detail.html"
    context_object_name = "person"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, person = self.request.user, self.object
        looked_at(person)
        manages = user.has_perm("people.manage")
        shown = person.holdings_in(scope_for(user, "people.view"))
        return super().get_context_data(
            crumbs=crumbs((str(person), None)),
            holdings=[(held, person != user and may_appoint(user, held.role, held.organization)) for held in shown],
            elsewhere=len(person.holdings) - len(shown),
            why_not=rules.why_not(by=user, person=person) if manages else None,
            manages=manages,
            seen=seen_rows.fingerprint(person, accounts.STATE),
            **kwargs,
        )


class KeeperForm(KeeperMixin, ObjectForm, FormPage, SingleObjectMixin, FormView):
    """A form about somebody whose account the user keeps."""

    object: Person
    context_object_name = "person"

    @property
    def eyebrow(self) -> str:
        return f"{self.object}（{self.object.username}）"

    @property
    def back_url(self) -> str:
        return self.object.get_absolute_url()

    @property
    def crumbs(self) -> Crumbs:
        return crumbs((str(self.object), self.back_url), (self.title, None))


class PersonEdit(KeeperForm):
    form_class = PersonForm
    title = "修改资料"
    lead = "账号本身不能改；姓名、电话和邮箱随时可改。"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        looked_at(self.object)
        return super().get_context_data(**kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "person": self.object, "instance": self.object.contact}

    def save(self, form: Any) -> str:
        facts = {name: form.cleaned_data[name] for name in ("name", "seen", *accounts.FACTS)}
        return f"{accounts.amend(person=self.object, by=self.request.user, **facts)}的资料已保存。"


class PersonMove(KeeperForm):
    """To another organization, with an answer for each role."""

    form_class = MoveForm
    template_name = "people/move.html"
    title = "调动到其他单位"
    lead = "调动后，账号由新单位所在地的负责人管理。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.request.user, "holdings": self.object.holdings}

    def save(self, form: Any) -> str:
        organization = form.cleaned_data["organization"]
        accounts.move(person=self.object, organization=organization, by=self.request.user, **form.split())
        return f"{self.object}已调到{organization}，已登录的页面即时退出。"

    def conflict(self, form: Any, conflict: Conflict) -> HttpResponse:
        messages.warning(self.request, conflict.message)
        return HttpResponseRedirect(self.back_url)


class PersonGrant(TwoSteps, KeeperForm):
    """A further role; before it is given, the page says what it shows."""

    form_class = GrantForm
    confirm_template = "people/grant_confirm.html"
    title = "授予角色"
    lead = "一人可以在几个单位任职，登录后选择以哪个身份办理。"
    submit_label = "下一步"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.request.user}

    def preview(self, form: Any) -> dict[str, Any]:
        return {"heading": f"授予{self.object}一个角色", "showing": selectors.showing(**form.cleaned_data)}

    def act(self, form: Any) -> HttpResponse:
        held = posts.give(person=self.object, by=self.request.user, **form.cleaned_data)
        messages.success(self.request, f"已授予{self.object}{held}。")
        return HttpResponseRedirect(self.back_url)


class PersonRevoke(PersonMixin, TemplateView):
    """A role is taken away: what it shows until then, and that it ends at once. Good also for somebody whose account others keep."""

    permission = "people.manage"
    template_name = "people/revoke.html"

    def take(self) -> tuple[Person, RoleHolding]:
        person = get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])
        shown = person.holdings_in(scope_for(self.request.user, "people.view"))
        held = next((each for each in shown if each.pk == self.kwargs["held"]), None)
        if held is None:
            raise Http404
        if person.pk == self.request.user.pk or not may_appoint(self.request.user, held.role, held.organization):
            raise PermissionDenied(f"{held}这个角色不由您授予，也不由您收回；如需收回，请联系市级系统管理员。")
        return person, held

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, held = self.take()
        links = crumbs((str(person), person.get_absolute_url()), ("收回角色", None))
        showing = selectors.showing(role=held.role, organization=held.organization)
        return super().get_context_data(**{**kwargs, "person": person, "held": held, "showing": showing, "crumbs": links})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person, held = self.take()
        roles.revoke(user=person, role=held.role, organization=held.organization, by=request.user)
        messages.success(request, f"已收回{person}的{held}，即时生效。")
        still = self.get_queryset().filter(pk=person.pk).exists()
        return HttpResponseRedirect(person.get_absolute_url() if still else reverse("people:list"))


class PersonAct(KeeperMixin, SingleObjectMixin, View):
    """A button on a person's page; a refusal is said there."""

    http_method_names = ["post"]

    def act(self, person: Person) -> HttpResponse | str:
        """Do it; returns the sentence that says what happened, or the page with a code."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = self.get_object()
        try:
            done = self.act(person)
        except DomainError as error:
            messages.warning(request, error.message)
            return HttpResponseRedirect(person.get_absolute_url())
        if isinstance(done, HttpResponse):
            return done
        messages.success(request, done)
        return HttpResponseRedirect(person.get_absolute_url())


class PersonReset(PersonAct):
    """The password is forgotten or known to others."""

    def act(self, person: Person) -> HttpResponse:
        opened = accounts.reset(person=person, seen=self.request.POST.get("seen", ""), by=self.request.user)
        return codes(self.request, [opened], title=f"{person}的新激活码", person=person)


class PersonSecondFactor(PersonAct):
    """The telephone with the second factor is lost."""

    def act(self, person: Person) -> str:
        accounts.reset_second_factor(person=person, by=self.request.user)
        return f"{person}的第二重验证已重置，下次登录时重新设置。"


class PersonDisable(PersonAct):
    def act(self, person: Person) -> str:
        accounts.disable(person=person, by=self.request.user)
        return f"{person}的账号已停用，已登录的页面即时退出。"


class PersonEnable(PersonAct):
    def act(self, person: Person) -> HttpResponse:
        opened = accounts.enable(person=person, by=self.request.user)
        return codes(self.request, [opened], title=f"{person}的新激活码", person=person)
