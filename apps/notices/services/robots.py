"""Group robots in the format of DingTalk (钉钉自定义机器人): signed, a message in Markdown, and an answer whose `errcode` decides."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from django.conf import settings
from django.utils import timezone

from apps.notices import validators
from apps.notices.models import Robot, Told
from apps.notices.services.channels import InDoubt, Undelivered

TIMEOUT = (3, 7)  # seconds to connect, and between two bytes of the answer
MOST = 64  # kilobytes of an answer that anybody reads
TOO_OFTEN = 130101  # more than 20 messages a minute to one group


def send(*, robot: Robot, title: str, lines: Sequence[Told]) -> None:
    """Post one message. Raises Undelivered where it surely has not been taken, InDoubt where it may have been."""
    if not validators.is_known(robot.webhook):
        raise Undelivered("Webhook 地址不是允许的服务。", again=False)
    body: Any = {"msgtype": "markdown", "markdown": {"title": title, "text": markdown(title, lines)}}
    try:
        answer = requests.post(signed(robot, time.time()), json=body, timeout=TIMEOUT, allow_redirects=False, stream=True)
    except (requests.ConnectTimeout, requests.exceptions.SSLError) as error:
        raise Undelivered("连接不上机器人所在的服务。", again=True) from error
    except requests.ConnectionError as error:
        if "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error):
            raise Undelivered("连接不上机器人所在的服务。", again=True) from error
        raise InDoubt("发送中断，没有收到答复。") from error
    except requests.RequestException as error:
        raise InDoubt("发送后没有等到答复。") from error
    _judge(answer)


def signed(robot: Robot, now: float) -> str:
    """The address with the moment in milliseconds and its signature, where the robot has a secret."""
    if not robot.secret:
        return robot.webhook
    moment = str(round(now * 1000))
    digest = hmac.new(robot.secret.encode(), f"{moment}\n{robot.secret}".encode(), hashlib.sha256).digest()
    parts = urlsplit(robot.webhook)
    query = [*parse_qsl(parts.query), ("timestamp", moment), ("sign", base64.b64encode(digest).decode())]
    return parts._replace(query=urlencode(query)).geturl()


def markdown(title: str, lines: Sequence[Told]) -> str:
    """A heading, and a line with a link for each."""
    found = [f"#### {_plain(title)}"]
    for line in lines:
        words = f"**{_plain(line.title)}**" if not line.url else f"[{_plain(line.title)}]({settings.PUBLIC_URL}{line.url})"
        due = f"（期限 {timezone.localtime(line.due):%Y-%m-%d %H:%M}）" if line.due else ""
        found.append(f"- {words}{due}")
        if line.text and len(lines) == 1:
            found.append(f"\n> {_plain(line.text)}")
    return "\n".join(found)


def _judge(answer: requests.Response) -> None:
    with answer:
        try:
            said: Any = json.loads(b"".join(islice(answer.iter_content(1024), MOST)))
            code = said["errcode"]
        except (ValueError, KeyError, TypeError, requests.RequestException) as error:
            if answer.status_code in range(300, 500):
                raise Undelivered(f"机器人所在的服务拒绝了请求（{answer.status_code}）。", again=False) from error
            raise InDoubt(f"收到的答复无法识别（{answer.status_code}）。") from error
    if code != 0:
        raise Undelivered(f"{str(said.get('errmsg', ''))[:200]}（{code}）", again=code == TOO_OFTEN or code == -1)


def _plain(text: str) -> str:
    """Words without what Markdown would take for more than words."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]()#>!|" else sign for sign in " ".join(text.split()))
