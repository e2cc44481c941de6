"""The last ten minutes before the due hour, pressed into two, as if the city were a province: 500 units finish their plans, each saving,
attaching and submitting, more of them the nearer the end, on a portal that has just started; half way a web process and the worker die.

`MINUTES` (2) is how long they take together; the last line says what was lost, what was done twice, and how long people waited.
"""

import asyncio
import hashlib
import json
import os
import random
import re
import signal
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from bench import house

# isort: split
import redis
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.core import scope
from apps.core.lifecycle.enums import State
from apps.core.rich_fields import SUFFIX
from apps.notices.models import Event, Notice
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from apps.organizations.services import roles
from apps.plans.models import Attachment, Plan, Stage, Step
from apps.plans.sections import PARTS, STAGES
from apps.years.services import windows

UNITS, OFFICER = 500, "officer"
MINUTES = float(os.environ.get("MINUTES", "2"))
PATIENCE = 60  # seconds before somebody counts as turned away
BOUNDARY = "jiaxing-deadline"


@dataclass
class Submitter:
    """Somebody with a plan to hand in, the words only they write, and how long each answer took."""

    plan: int
    cookie: str
    arrives: float  # seconds from the start
    words: str
    waited: dict[str, float] = field(default_factory=dict)
    retries: int = 0
    refused: str = ""

    @property
    def file(self) -> bytes:
        return b"%PDF-1.7\n" + hashlib.sha256(self.words.encode()).hexdigest().encode() * 1600  # about 100 KB, like no other


def prepare() -> list[Submitter]:
    """A province of units, each with somebody signed in and a draft that lacks its last words."""
    with scope.opened(scope.EVERYTHING):
        city = Organization.objects.get(kind=Kind.CITY)
        Organization.objects.bulk_create(
            Organization(kind=Kind.COUNTY, name=f"第{n}县", code=f"99{n:04}", parent=city, position=n)
            for n in range(UNITS - Organization.objects.counties().count())
        )
        day = timezone.localdate()
        window = windows.set_days(year=day.year, kind="plans", opens_on=day, due_on=day, closes_on=day, by=None)
        officer = User.objects.create_user(OFFICER, None, name="办公室", chose_password_at=timezone.now())
        roles.grant(user=officer, role="city_officer", organization=city)
        return [_submitter(unit, window, n) for n, unit in enumerate(Organization.objects.counties())]


def _submitter(unit: Organization, window: Any, n: int) -> Submitter:
    user = User.objects.create_user(f"unit-{n}", None, name=f"第{n}位", chose_password_at=timezone.now())
    roles.grant(user=user, role="county_lead", organization=unit)
    texts = {part.key: f"<p>{part.title}：{'统筹城乡，共同发展。' * 60}</p>" for part in PARTS if part.key != STAGES}
    plan = Plan.objects.create(
        organization=unit, county=unit, window=window, texts=texts, leader="李明，主任", contact="0573-00000000", created_by=user
    )
    Stage.objects.create(
        plan=plan, position=1, title="部署", starts_on=window.due_on, ends_on=window.due_on, responsible="办公室", **plan.tenancy()
    )
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    # The nearer the end, the more: of n submitters, a half comes in the last third.
    arrives = MINUTES * 60 * 0.9 * (1 - (1 - (n + 0.5) / UNITS) ** 1.7)
    return Submitter(plan.pk, cookie, arrives, f"本年目标由第{n}个单位写定：{random.Random(n).random()}")  # noqa: S311


# Somebody at their desk


class Fields(HTMLParser):
    """What the page's form posts when nothing is typed: the first form for which `wanted` holds."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted, self.inside, self.found = wanted, False, False
        self.values: dict[str, str] = {}
        self.area = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "form":
            self.inside = not self.found and self.wanted in (given.get("action") or "") and given.get("method") == "post"
            self.found = self.found or self.inside
        elif not self.inside or "disabled" in given or not given.get("name"):
            return
        elif tag == "textarea":
            self.area = given["name"] or ""
            self.values[self.area] = ""
        elif tag == "input" and given.get("type") not in ("file", "checkbox", "submit"):
            self.values[given["name"] or ""] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        elif tag == "form":
            self.inside = False


def fields(page: bytes, wanted: str) -> dict[str, str]:
    reader = Fields(wanted)
    reader.feed(page.decode())
    assert reader.found, f"no form for {wanted}"
    return {name: value.removeprefix("\n") for name, value in reader.values.items() if "__prefix__" not in name}


@dataclass
class Desk:
    """One browser: a connection that is opened again when it breaks, and what was asked is asked again."""

    port: int
    who: Submitter
    cookies: dict[str, str] = field(default_factory=dict)
    ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, what: str, method: str, address: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """The answer to one request; the time until it is there counts, with every try."""
        began = time.perf_counter()
        while True:
            try:
                answer = await asyncio.wait_for(self._once(method, address, body, headers), PATIENCE)
                break
            except (OSError, EOFError, asyncio.IncompleteReadError):
                self.ends = None
                self.who.retries += 1
                await asyncio.sleep(0.2)
                if time.perf_counter() - began > PATIENCE:
                    raise
        self.who.waited[what] = time.perf_counter() - began
        return answer

    async def _once(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        if self.ends is None:
            self.ends = await asyncio.open_connection(house.HOST, self.port)
        reader, writer = self.ends
        cookie = "; ".join([self.who.cookie, *(f"{name}={value}" for name, value in self.cookies.items())])
        lines = {"Host": "localhost", "Cookie": cookie, "Content-Length": str(len(body)), **headers}
        head = "\r\n".join([f"{method} {address} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items())])
        writer.write(f"{head}\r\n\r\n".encode() + body)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        for name, value in re.findall(r"(?im)^set-cookie: (\w+)=([^;]*)", head):
            self.cookies[name] = value
        if re.search(r"(?im)^transfer-encoding: chunked", head):
            return int(head.split()[1]), b"".join([chunk async for chunk in _chunks(reader)])
        found = re.search(r"(?im)^content-length: (\d+)", head)
        return int(head.split()[1]), await reader.readexactly(int(found[1]) if found else 0)


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readline(), 16):
        yield await reader.readexactly(size)
        await reader.readline()
    await reader.readline()


def encoded(values: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    return urlencode(values).encode(), {"Content-Type": "application/x-www-form-urlencoded"}


def with_file(values: dict[str, str], name: str, content: bytes) -> tuple[bytes, dict[str, str]]:
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode() for key, value in values.items()]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="plan.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    body = b"".join([*parts, head.encode(), content, f"\r\n--{BOUNDARY}--\r\n".encode()])
    return body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


async def hand_in(who: Submitter, port: int, start: float) -> None:
    """Opens the draft, writes and lets it save itself, attaches a file, checks, submits, and looks whether it went."""
    chance = random.Random(who.plan)  # noqa: S311

    async def thinks() -> None:
        await asyncio.sleep(chance.uniform(1, 4))

    await asyncio.sleep(max(0.0, start + who.arrives - time.perf_counter()))
    desk, plan = Desk(port, who), f"/plans/{who.plan}/"
    try:
        _, page = await desk.ask("open", "GET", f"{plan}edit/")
        typed = fields(page, f"{plan}edit/") | {f"goals{SUFFIX}": f"<p>{who.words}</p>"}
        await thinks()
        body, kind = encoded(typed)
        status, answer = await desk.ask("save", "POST", f"{plan}edit/", body, **kind, **{"X-Autosave": "1"})
        assert status == 200, ("save", status, answer[:300])
        typed["version"] = str(json.loads(answer)["version"])
        await thinks()
        body, kind = with_file({**typed, "action": "check"}, "uploads", who.file)
        status, answer = await desk.ask("attach", "POST", f"{plan}edit/", body, **kind)
        assert status == 302, ("attach", status, answer[:300])
        _, page = await desk.ask("check", "GET", plan)
        sending = fields(page, f"{plan}submit/")
        await thinks()
        body, kind = encoded(sending)
        status, answer = await desk.ask("submit", "POST", f"{plan}submit/", body, **kind)
        assert status == 302, ("submit", status, answer[:300])
        _, page = await desk.ask("look", "GET", plan)
        assert "已上报" in page.decode(), "not shown as submitted"
    except (AssertionError, OSError, EOFError, TimeoutError, asyncio.IncompleteReadError) as error:
        who.refused = repr(error)[:300]


# The portal


@contextmanager
def worker(home: str) -> Iterator[subprocess.Popen[bytes]]:
    """With the schedule: what a dead worker had in hand is taken up by the next round."""
    command = ("celery", "--app=jiaxing_pioneers", "--quiet", "worker", "--beat", f"--schedule={home}/beat", "--concurrency=1")
    with house.process(*command, "--loglevel=CRITICAL") as started:
        yield started


def children(process: subprocess.Popen[bytes]) -> list[int]:
    return [int(key) for key in (Path("/proc") / str(process.pid) / "task" / str(process.pid) / "children").read_text().split()]


async def kill_half_way(web: Any, celery: Any, again: Callable[[], object], start: float) -> None:
    """One web process and the worker, without a word. The web server starts another by itself; the worker's keeper is `again`."""
    await asyncio.sleep(max(0.0, start + MINUTES * 60 / 2 - time.perf_counter()))
    for key in (children(web)[0], *children(celery), celery.pid):
        os.kill(key, signal.SIGKILL)
    again()


async def rush(submitters: list[Submitter], port: int, web: Any, celery: Any, again: Callable[[], object]) -> None:
    start = time.perf_counter()
    await asyncio.gather(kill_half_way(web, celery, again, start), *(hand_in(who, port, start) for who in submitters))


def wait_for_the_office() -> None:
    """Until everything is told, or two minutes are over."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with scope.opened(scope.EVERYTHING):
            if not Event.objects.untold().exists():
                return
        time.sleep(1)


def count(submitters: list[Submitter]) -> dict[str, float]:
    """What the database holds against what each of them did: their words, their file, one submission, one notice to the officer."""
    lost = doubled = 0
    with scope.opened(scope.EVERYTHING):
        told = Counter(Notice.objects.filter(user__username=OFFICER).values_list("event__organization", flat=True))
        for who in submitters:
            plan = Plan.objects.get(pk=who.plan)
            files = list(Attachment.objects.filter(plan=plan))
            steps = Step.objects.filter(report=plan, verb="submit").count()
            whole = who.words in plan.texts["goals"] and [file.sha256 for file in files][:1] == [hashlib.sha256(who.file).hexdigest()]
            kept = whole and files[0].file.size == len(who.file)
            lost += not (plan.state == State.SUBMITTED and steps and kept and told[plan.organization_id])
            doubled += steps > 1 or len(files) > 1 or told[plan.organization_id] > 1
        submitted = Plan.objects.submitted().count()
    return {"lost": lost, "doubled": doubled, "submitted": submitted}


def main() -> None:
    with house.database(), TemporaryDirectory() as home, ExitStack() as stack:
        os.environ["MEDIA_ROOT"] = settings.MEDIA_ROOT = home
        submitters = prepare()
        connections.close_all()
        redis.Redis.from_url(settings.REDIS_URL).flushall()
        port, web = stack.enter_context(house.gunicorn("jiaxing_pioneers.wsgi", workers=2, threads=4))
        celery = stack.enter_context(worker(home))
        house.connected(port).close()
        asyncio.run(rush(submitters, port, web, celery, lambda: stack.enter_context(worker(home))))
        wait_for_the_office()
        waits = [(seconds, what) for who in submitters for what, seconds in who.waited.items()]
        for what in ("open", "save", "attach", "check", "submit", "look"):
            of_it = sorted(seconds for seconds, each in waits if each == what)
            median, p95 = statistics.median(of_it), of_it[int(len(of_it) * 0.95)]
            print(f"{what:7} {len(of_it):4}  median {median:.3f} s  p95 {p95:.3f} s  longest {of_it[-1]:.3f} s")
        for who in [who for who in submitters if who.refused][:5]:
            print("refused:", who.refused)
        print(f"asked again after a broken connection: {sum(who.retries for who in submitters)}")
        every = sorted(seconds for seconds, _ in waits)
        figures = count(submitters)
        print(json.dumps({**figures, "p95_s": round(every[int(len(every) * 0.95)], 3)}))


if __name__ == "__main__":
    main()
