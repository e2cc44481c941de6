"""Every address is guarded: its view declares the permission it asks for, or stands in the list below with a reason."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.views import View

from apps.core.guard import SIGNED_IN, Guarded
from apps.organizations.roles import PERMISSIONS
from tests.factories.people import UserFactory

OPEN = {
    "core:healthz": "asked by the load balancer",
    "core:readyz": "asked by the load balancer",
    "core:verify": "whoever holds a receipt checks it",
    "core:verification": "the same; answers to a code that nobody guesses, and says nothing personal",
    "accounts:login": "where people sign in",
    "accounts:activate": "where people set their password with a code they were given",
    "accounts:oidc": "where people go to the unified identity provider",
    "accounts:oidc_callback": "where they come back from it",
}
SIGNED_IN_WITHOUT_GUARD = {
    "home": "sends on to the desk",
    "accounts:logout": "everybody may leave",
    "core:components": "asks for staff itself; there is no role for those who build pages",
}
SAMPLES = {"int": 1, "year": 2026, "str": "x", "slug": "x"}


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        else:
            yield f"{prefix}{entry.name}", entry


def guard_of(entry: URLPattern) -> type[Guarded] | None:
    view = getattr(entry.callback, "view_class", object)
    return view if issubclass(view, Guarded) and view.__mro__.index(Guarded) < view.__mro__.index(View) else None


def guarded() -> dict[str, tuple[str, str]]:
    """Name → (an address, the permission) of every guarded view."""
    found = {}
    for name, entry in patterns():
        if guard := guard_of(entry):
            arguments = {key: SAMPLES[_kind(converter)] for key, converter in entry.pattern.converters.items()}
            found[name] = (reverse(name, kwargs=arguments), guard.permission)
    return found


def _kind(converter: object) -> str:
    return type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")


def test_every_address_has_a_name_of_its_own():
    names = [name for name, _ in patterns()]
    assert sorted(names) == sorted(set(names))


def test_every_view_is_guarded_or_excused():
    assert {name for name, entry in patterns() if not guard_of(entry)} == {*OPEN, *SIGNED_IN_WITHOUT_GUARD}


def test_permissions_are_those_of_the_role_table():
    assert {name: permission for name, (_, permission) in guarded().items() if permission not in (SIGNED_IN, *PERMISSIONS)} == {}


def test_only_the_open_addresses_do_without_sign_in():
    assert {name for name, entry in patterns() if not getattr(entry.callback, "login_required", True)} == set(OPEN)


@pytest.mark.parametrize("method", ["get", "post"])
def test_guarded_addresses_ask_for_sign_in(client, db, method):
    answers = {name: getattr(client, method)(address) for name, (address, _) in guarded().items()}
    assert {name for name, answer in answers.items() if (answer.status_code, answer.url.split("?")[0]) != (302, "/login/")} == set()


@pytest.mark.parametrize("method", ["get", "post"])
def test_guarded_addresses_refuse_whoever_has_no_role(jiaxing, method):
    client = jiaxing.signed_in(UserFactory())
    answers = {name: getattr(client, method)(address).status_code for name, (address, needed) in guarded().items() if needed != SIGNED_IN}
    assert {name: status for name, status in answers.items() if status != 403} == {}
