"""What a person sees of their own sign-ins."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import Session, User

# The first that fits; Edge says it is Chrome, and Chrome says it is Safari.
BROWSERS = {
    "MicroMessenger": "微信",
    "DingTalk": "钉钉",
    "Edg": "Edge",
    "QQBrowser": "QQ 浏览器",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "HarmonyOS": "鸿蒙",
    "OpenHarmony": "鸿蒙",
    "Android": "安卓",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


@dataclass(frozen=True)
class Device:
    """One browser in which a person is signed in."""

    handle: str
    name: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def devices(user: User, session_key: str | None) -> list[Device]:
    """Where a person is signed in; this browser first, then the latest used."""
    found = [
        Device(row.handle, describe(row.browser), row.address or "", row.began_at, row.seen_at, row.session_key == session_key)
        for row in Session.objects.of(user).live()
    ]
    return sorted(found, key=lambda device: not device.is_this)


def describe(user_agent: str) -> str:
    """ "Chrome · Windows", or what little is known."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "其他浏览器")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return " · ".join(filter(None, [browser, system]))
