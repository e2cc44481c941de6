"""What is asked of whoever opens, changes or hands over an account. `apps/people/rosters.py` reads a pasted list."""

from typing import Any

from django import forms
from django.utils import timezone

from apps.accounts.models import User
from apps.core.forms import SeenForm, show_theirs
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, RoleHolding
from apps.organizations.roles import ROLES
from apps.people import rosters, rules, selectors, validators
from apps.people.models import Contact, Person
from apps.people.rosters import Line
from apps.people.services import accounts
from apps.people.services.accounts import Entry

USERNAME_HELP = "可以不填，由系统按单位代码编号；也可以自己取，只用字母、数字和 @ . + - _。"


def posts(by: Any, **options: Any) -> forms.ModelChoiceField:
    """A choice of the organizations where `by` may appoint, one group for each reporting unit or town."""
    queryset = selectors.posts_for(by)
    field = forms.ModelChoiceField(queryset, empty_label="请选择", **options)
    groups: dict[str, list[tuple[int, str]]] = {}
    for each in queryset:
        groups.setdefault(str(each.county if each.kind != Kind.SCHOOL else each.parent), []).append((each.pk, str(each)))
    field.choices = [("", "请选择"), *groups.items()]
    return field


class PostForm(forms.Form):
    """A role at an organization, of those that `by` may give."""

    organization: Any = forms.Field()
    role: Any = forms.ChoiceField(label="角色", error_messages={"required": "请选择角色。"}, widget=forms.RadioSelect)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["organization"] = posts(by, label="单位", error_messages={"required": "请选择单位。"})
        field: Any = self.fields["role"]
        field.choices = [(role.key, role.label) for role in selectors.roles_for(by)]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        role, organization = facts.get("role"), facts.get("organization")
        if role and organization and (sentence := rules.misplaced(role=role, organization=organization)):
            self.add_error("role", sentence)
        return facts


class NewcomerFields(forms.Form):
    """Who is to have an account."""

    name = forms.CharField(label="姓名", max_length=40, validators=[validators.person_name], error_messages={"required": "请填写姓名。"})
    username = forms.CharField(
        label="账号",
        max_length=150,
        required=False,
        help_text=USERNAME_HELP,
        validators=User._meta.get_field("username").validators,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    phone = forms.CharField(label="联系电话", max_length=20, required=False, validators=[validators.phone])
    email = forms.EmailField(label="电子邮箱", required=False, error_messages={"invalid": "邮箱格式不正确，请核对。"})

    def clean_username(self) -> str:
        username = User.normalize_username(self.cleaned_data["username"])
        if username and User.objects.filter(username=username).exists():
            raise forms.ValidationError(accounts.taken_sentence(username))
        return username


class InviteForm(PostForm, NewcomerFields):
    """Open an account: who, where, as what."""

    field_order = ("name", "username", "organization", "role", "phone", "email")

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        name, organization = facts.get("name", ""), facts.get("organization")
        if organization and facts.get("username") == "":
            for holder in selectors.namesakes([(name, organization)]).values():
                self.add_error("username", f"{selectors.is_known(name, organization, holder)}。")
        return facts

    def entry(self) -> Entry:
        facts = self.cleaned_data
        return Entry(facts["name"], facts["organization"], facts["username"], facts["phone"], facts["email"])


class GrantForm(PostForm):
    """A further role for somebody with an account."""


class PersonForm(SeenForm):
    """Somebody's name, telephone and e-mail: facts of two rows."""

    name = forms.CharField(label="姓名", max_length=40, validators=[validators.person_name])

    class Meta:
        model = Contact
        fields = accounts.FACTS

    field_order = ("name", *accounts.FACTS)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(name=person.name, seen=accounts.fingerprint(person, self.instance))

    def show_theirs(self, stored: Any) -> None:
        person = Person.objects.get(pk=stored.user_id)
        seen = accounts.fingerprint(person, stored)
        show_theirs(self, stored, accounts.FACTS, seen=seen)
        show_theirs(self, person, ("name",), seen=seen)


class MoveForm(forms.Form):
    """Where somebody serves from now on, and which roles they take along: each is asked about."""

    def __init__(self, *args: Any, by: Any, holdings: list[RoleHolding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holdings = holdings
        self.fields["organization"] = posts(by, label="调往单位", error_messages={"required": "请选择调往的单位。"})
        for held in holdings:
            self.fields[f"held-{held.pk}"] = forms.ChoiceField(
                label=str(held),
                choices=[("take", "收回"), ("keep", "保留")],
                widget=forms.RadioSelect,
                error_messages={"required": "请选择收回还是保留。"},
            )

    def split(self) -> dict[str, list[RoleHolding]]:
        return {act: [held for held in self.holdings if self.cleaned_data[f"held-{held.pk}"] == act] for act in ("keep", "take")}


class BulkForm(forms.Form):
    """A list of people for one role; `lines` is what was read of it, with every fault of every line."""

    role: Any = forms.ChoiceField(label="角色", error_messages={"required": "请选择角色。"}, widget=forms.RadioSelect)
    roster = forms.CharField(
        label="名单",
        max_length=100_000,
        error_messages={"required": "请粘贴或填写名单。"},
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
    )
    lines: list[Line]

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        field: Any = self.fields["role"]
        field.choices = [(role.key, role.label) for role in selectors.roles_for(by)]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if "role" in facts and "roster" in facts:
            self.lines = rosters.read(facts["roster"], role=ROLES[facts["role"]], by=self.by)
            if problem := rosters.problem_of(self.lines):
                self.add_error("roster", problem)
        return facts


class HandoverForm(NewcomerFields):
    """Who hands over what, and to whom: to an account that is there, or to somebody new."""

    post = forms.ChoiceField(label="移交人", error_messages={"required": "请选择由谁移交。"}, widget=forms.RadioSelect)
    successor = forms.CharField(
        label="接任者的账号",
        max_length=150,
        required=False,
        help_text="接任者已有账号的填账号，下面不用填；还没有账号的，这里留空，填写下面各栏。",
    )
    disable = forms.BooleanField(label="同时停用移交人的账号", required=False, help_text="移交人离开少先队工作岗位的请勾选。")
    field_order = ("post", "disable", "successor", "name", "username", "phone", "email")

    def __init__(self, *args: Any, by: Any, organization: Organization, posts: list[tuple[Person, RoleHolding]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by, self.organization = by, organization
        self.posts = {f"{person.pk}-{held.pk}": (person, held) for person, held in posts}
        self.fields["name"].required = False
        field: Any = self.fields["post"]
        field.choices = [(key, f"{person}（{person.username}），{held.get_role_display()}") for key, (person, held) in self.posts.items()]
        if len(self.posts) == 1:
            field.initial = next(iter(self.posts))

    def clean_successor(self) -> Person | None:
        username = self.cleaned_data["successor"].strip()
        if not username:
            return None
        found = Person.objects.visible_to(self.by).filter(username=username).first()
        if found is None:
            raise forms.ValidationError(f"在您管理的单位中没有账号“{username}”，请核对。")
        if reason := rules.why_not(by=self.by, person=found):
            raise forms.ValidationError(reason)
        return found

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if "successor" in facts and not facts["successor"] and "name" in facts and not facts["name"]:
            self.add_error("name", "请填写接任者的姓名，或在上面填写接任者已有的账号。")
        if facts.get("disable") and facts.get("post"):
            outgoing, held = self.posts[facts["post"]]
            others = [other for other in outgoing.holdings if other.pk != held.pk]
            if others:
                self.add_error("disable", f"{outgoing}还任{others[0]}，账号不能停用。")
            elif reason := rules.why_not(by=self.by, person=outgoing):
                self.add_error("disable", reason)
        return facts

    def to(self) -> Person | Entry:
        facts = self.cleaned_data
        return facts["successor"] or Entry(facts["name"], self.organization, facts["username"], facts["phone"], facts["email"])


class HandOutForm(forms.Form):
    """Who of those that wait is given a code now; ticked are those who have none that still works."""

    people: Any = forms.ModelMultipleChoiceField(
        Person.objects.none(),
        label="等待激活的人员",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一人。"},
    )

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = list(selectors.waiting(by))
        field: Any = self.fields["people"]
        field.queryset = Person.objects.filter(pk__in=[person.pk for person in waiting])
        field.choices = [(person.pk, _waits(person)) for person in waiting]
        self.initial["people"] = [person.pk for person in waiting if not _open_code(person)]


def _waits(person: Person) -> str:
    code = _open_code(person)
    until = f"，已有激活码，{timezone.localtime(code.expires_at):%Y-%m-%d} 到期" if code else ""
    return f"{person}（{person.username}），{person.home}{until}"


def _open_code(person: Person) -> Any:
    code = getattr(person, "activation", None)
    return code if code and code.is_open else None
