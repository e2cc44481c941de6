"""The tree as people browse it, and the pages on which schools, places and units are kept up to date."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import DetailView, FormView
from django.views.generic.detail import SingleObjectMixin
from django_filters.views import FilterView

from apps.audit.taking import Taken
from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.core.pages import AllPages
from apps.core.tables import Table, arranged
from apps.organizations import selectors
from apps.organizations.enums import UNITS_AT, Kind
from apps.organizations.filters import CLOSED, KINDS, OrganizationFilter
from apps.organizations.forms import CloseForm, DissolveForm, PlaceForm, RegisterForm, SchoolForm, UnitAmendForm, UnitForm
from apps.organizations.models import Organization, PioneerUnit
from apps.organizations.services import places, profiles, schools, units
from apps.organizations.tables import BranchTable, PlaceTable, ResultTable, SchoolTable

LEDGERS: dict[str, str] = {Kind.TOWN: "towns", Kind.PLACE: "places", Kind.SCHOOL: "schools"}
LEDGERS |= {value: LEDGERS[kind] for value, kind in CLOSED.items()}  # of a search for one kind


def below(request: HttpRequest, organization: Organization) -> dict[str, Any]:
    """What the page of a city, a reporting unit or a town shows of what lies below it."""
    user, today = request.user, timezone.localdate()
    visible = Organization.objects.visible_to(user)
    context: dict[str, Any] = {"totals": selectors.totals(organization=organization, user=user, day=today)}
    if rows := selectors.branches(organization=organization, user=user, day=today):
        context["branches"] = arranged(request, BranchTable(rows, exclude=() if organization.kind == Kind.CITY else ("towns",)))
        context["branches"].file_name = f"{organization}各{'报送单位' if organization.kind == Kind.CITY else '镇（街道）'}组织情况"
    if organization.kind == Kind.TOWN:
        found = visible.children_of(organization, Kind.PLACE).select_related("place").with_unit_count(today)
        context["places"] = arranged(request, PlaceTable(found, prefix="places-"))
        context["places"].file_name = f"{organization}村（社区）"
    found = visible.children_of(organization, Kind.SCHOOL).select_related("school").order_by("school__type", "pk")
    if organization.kind == Kind.TOWN or found.exists():
        context["schools"] = arranged(request, SchoolTable(found, prefix="schools-"))
        context["schools"].file_name = f"{organization}学校"
    return context


class TakenBelow(Taken):
    """The tables of what lies below an organization; of places and schools the file is their ledger's."""

    def tables(self, context: dict[str, Any]) -> dict[str, Table]:
        return {name: context[name] for name in ("table", "branches", "places", "schools") if name in context}

    def ledger_of(self, name: str, context: dict[str, Any]) -> str:
        return name if name in ("places", "schools") else ""


class OrganizationList(Guarded, TakenBelow, FilterView):
    """The tree from where the user stands in it; a search shows what it found anywhere they may look."""

    permission = "organizations.view"
    template_name = "organizations/list.html"
    filterset_class = OrganizationFilter
    strict = False

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.top = selectors.top(request.user)
        if not request.GET and self.top and self.top.kind == Kind.SCHOOL:
            return redirect(self.top)
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        found = Organization.objects.visible_to(self.request.user).select_related("parent", "county", "place", "school")
        return found.with_unit_count(timezone.localdate()).order_by("county__position", "path")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        top = self.top
        if top and not self.filterset.form.has_changed():
            may_register = self.request.user.has_perm("organizations.register", top)
            return {**context, "organization": top, "may_register": may_register, **below(self.request, top)}
        found = ResultTable(self.object_list, exclude=() if "county" in self.filterset.filters else ("county",))
        found.file_name = str(dict(KINDS).get(self.chosen("kind"), "组织"))
        return {**context, "within": self.chosen("within"), "table": arranged(self.request, found, pages=AllPages)}

    def chosen(self, name: str) -> Any:
        return self.filterset.form.cleaned_data.get(name) if self.filterset.form.is_valid() else None

    def ledger_of(self, name: str, context: dict[str, Any]) -> str:
        return LEDGERS.get(self.chosen("kind"), "") if name == "table" else super().ledger_of(name, context)


class OrganizationPage(Guarded):
    """Looks an organization up among what the user sees; the page exists for the kinds it names."""

    permission = "organizations.view"
    model = Organization
    kinds: ClassVar[tuple[Kind, ...]] = tuple(Kind)
    object: Any

    def get_queryset(self) -> Any:
        found = Organization.objects.visible_to(self.request.user).of_kind(*self.kinds)
        return found.select_related("parent", "county", "place", "school")

    @property
    def organization(self) -> Organization:
        return self.object

    @cached_property
    def line(self) -> list[tuple[Organization, bool]]:
        return selectors.line(organization=self.organization, user=self.request.user)

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        above = [(str(each), each.get_absolute_url()) for each, may_open in self.line if may_open]
        return [("组织", reverse("organizations:list")), *above, *self.last_crumbs]

    @property
    def last_crumbs(self) -> list[tuple[str, str | None]]:
        return [(str(self.organization), None)]


class OrganizationDetail(OrganizationPage, TakenBelow, DetailView):
    """One organization: where it stands in the tree, its facts, and what lies or hangs below it."""

    context_object_name = "organization"

    def get_template_names(self) -> list[str]:
        return [f"organizations/{self.object.kind}.html", "organizations/detail.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organization, user = self.object, self.request.user
        context = super().get_context_data(
            line=self.line,
            may_edit=user.has_perm("organizations.edit", organization),
            may_register=user.has_perm("organizations.register", organization),
            **kwargs,
        )
        if organization.kind in UNITS_AT:
            context["units"] = selectors.units_at(organization=organization, day=timezone.localdate())
        if organization.kind in (Kind.SCHOOL, Kind.PLACE):
            return context
        return {**context, **below(self.request, organization)}


class OrganizationForm(OrganizationPage, FormPage, SingleObjectMixin, FormView):
    """A form about one organization; `form_facts` is what the form is made with besides what was posted."""

    permission = "organizations.edit"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return super().post(request, *args, **kwargs)

    def form_facts(self) -> dict[str, Any]:
        return {}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), **self.form_facts()}

    @property
    def eyebrow(self) -> str:
        return str(self.organization)

    @property
    def back_url(self) -> str:
        return self.organization.get_absolute_url()

    @property
    def last_crumbs(self) -> list[tuple[str, str | None]]:
        return [(str(self.organization), self.organization.get_absolute_url()), (self.title, None)]


class PlaceEdit(OrganizationForm):
    """A village becomes a 城乡一体新社区, or a city community (circular §3.2.1); or when it was set up."""

    kinds = (Kind.PLACE,)
    form_class = PlaceForm
    title = "修改资料"
    lead = "类型调整后，覆盖率按新的类型分类统计，从今天起生效，以前的记录不变。"

    def form_facts(self) -> dict[str, Any]:
        return {"instance": self.object.place}

    def save(self, form: Any) -> str:
        place = places.amend(place=form.instance, by=self.request.user, seen=form.cleaned_data["seen"], **form.facts)
        return f"{place}的资料已保存。"


class SchoolRegister(OrganizationForm):
    """A reporting unit enters a school in the register."""

    permission = "organizations.register"
    kinds = (Kind.COUNTY,)
    form_class = RegisterForm
    template_name = "organizations/school_form.html"
    title = "登记学校"
    lead = "约需 2 分钟。登记后由学校大队辅导员维护本校资料和大队、中队。"

    def form_facts(self) -> dict[str, Any]:
        return {"county": self.object, "initial": {"parent": self.request.GET.get("town")}}

    def save(self, form: Any) -> str:
        school = schools.register(by=self.request.user, **form.cleaned_data)
        self.object = school.organization
        return f"{school}已登记，请接着登记大队和中队。"


class SchoolEdit(OrganizationForm):
    kinds = (Kind.SCHOOL,)
    form_class = SchoolForm
    template_name = "organizations/school_form.html"
    title = "修改学校资料"

    def form_facts(self) -> dict[str, Any]:
        return {"instance": self.object.school}

    def save(self, form: Any) -> str:
        school = schools.amend(school=form.instance, by=self.request.user, seen=form.cleaned_data["seen"], **form.facts)
        return f"{school}的资料已保存。"


class OrganizationClose(OrganizationForm):
    """A school or a place is closed or merged; it leaves the counts from that day on."""

    permission = "organizations.register"
    kinds = (Kind.SCHOOL, Kind.PLACE)
    form_class = CloseForm
    template_name = "organizations/close.html"

    @property
    def title(self) -> str:
        return f"撤并{self.object.get_kind_display()}"

    def form_facts(self) -> dict[str, Any]:
        return {"initial": {"closed_on": timezone.localdate()}}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        return super().get_context_data(units=selectors.units_at(organization=self.object, day=today), **kwargs)

    def save(self, form: Any) -> str:
        profile: Any = profiles.close(profile=self.object.profile, on=form.cleaned_data["closed_on"], by=self.request.user)
        return f"{profile}已于 {profile.closed_on} 撤并，少先队组织同日撤销。"


class UnitEstablish(OrganizationForm):
    """Record a Pioneer organisation at a town, a school or a place."""

    kinds = tuple(UNITS_AT)
    form_class = UnitForm
    title = "登记少先队组织"
    lead = "约需 1 分钟。"

    def form_facts(self) -> dict[str, Any]:
        return {"organization": self.object}

    def save(self, form: Any) -> str:
        unit = units.establish(organization=self.object, by=self.request.user, **form.cleaned_data)
        return f"“{unit}”已登记。"


class UnitPage(OrganizationForm):
    """Looks a unit up among what the user sees."""

    model = PioneerUnit  # type: ignore[assignment]

    def get_queryset(self) -> Any:
        found = PioneerUnit.objects.visible_to(self.request.user)
        return found.select_related("organization__school", "organization__place", "organization__county")

    @property
    def organization(self) -> Organization:
        return self.object.organization


class UnitEdit(UnitPage):
    form_class = UnitAmendForm

    @property
    def title(self) -> str:
        return f"修改“{self.object}”"

    def form_facts(self) -> dict[str, Any]:
        return {"instance": self.object}

    def save(self, form: Any) -> str:
        unit = units.amend(unit=form.instance, by=self.request.user, seen=form.cleaned_data["seen"], **form.facts)
        return f"“{unit}”已保存。"


class UnitDissolve(UnitPage):
    """A unit ends; what that means is said before."""

    form_class = DissolveForm
    template_name = "organizations/unit_dissolve.html"

    @property
    def title(self) -> str:
        return f"撤销“{self.object}”"

    def form_facts(self) -> dict[str, Any]:
        return {"initial": {"dissolved_on": timezone.localdate()}}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        consequence = selectors.consequence_of_dissolving(unit=self.object, day=timezone.localdate())
        return super().get_context_data(consequence=consequence, **kwargs)

    def save(self, form: Any) -> str:
        unit = units.dissolve(unit=self.object, on=form.cleaned_data["dissolved_on"], by=self.request.user)
        return f"“{unit}”已于 {unit.dissolved_on} 撤销。"
