"""Coming in through the pages, as a person does."""

import time
from typing import Any

from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from apps.accounts.models import User

PASSWORD = "红领巾 hong-ling-jin 2012"
ANOTHER = "另一个 another-one 2013"


def sign_in(client: Client, username: str = "nanhu", password: str = PASSWORD, address: str = "127.0.0.1", **data: str) -> Any:
    fields = {"username": username, "password": password, "next": "/plans/", **data}
    return client.post("/login/", fields, REMOTE_ADDR=address)


def browser(user: User, *, agent: str = "") -> Client:
    """Somebody's own browser, in which they have just signed in."""
    client = Client(headers={"User-Agent": agent})
    assert sign_in(client, user.username).status_code == 302
    return client


def is_inside(client: Client) -> bool:
    """Does the portal answer, rather than ask for sign-in?"""
    answer = client.get("/account/")
    return answer.status_code == 200


def code_of(key: str, *, steps: int = 0) -> str:
    """What a code app shows, now or some half minutes from now."""
    shown = TOTP(bytes.fromhex(key))
    shown.time = time.time() + 30 * steps
    return f"{shown.token():06d}"


def key_of(user: User) -> str:
    return TOTPDevice.objects.get(user=user).key
