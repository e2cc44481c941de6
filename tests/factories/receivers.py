"""What is at the other end of a channel, for real and on loopback: an SMTP server, and a service that group robots post to."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

HOST = "127.0.0.1"


@dataclass
class Mailbox:
    """Every mail that the server has taken. `refusal` is what it says instead; while `hangs`, it takes a mail and never answers."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refusal: str = ""
    hangs: bool = False

    @property
    def url(self) -> str:
        return f"smtp://{HOST}:{self.port}"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str | None:
        if self.refusal:
            return self.refusal
        self.mails.append(BytesParser(policy=default).parsebytes(envelope.content))  # type: ignore[arg-type]
        while self.hangs:
            await asyncio.sleep(0.05)
        return "250 OK"


class _Controller(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, enable_SMTPUTF8=True)


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    with socket.socket() as probe:  # the controller wants to be told which
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    box = Mailbox(port)
    controller = _Controller(box, hostname=HOST, port=port)
    controller.start()
    try:
        yield box
    finally:
        box.hangs = False
        controller.stop()


@dataclass
class Message:
    """What a robot was asked to say, and with which signature."""

    path: str
    query: dict[str, list[str]]
    body: dict[str, Any]


@dataclass
class Group:
    """A group's service, in the manner of DingTalk: `answer` is (status, content); while `hangs`, it takes a message and never answers."""

    port: int = 0
    messages: list[Message] = field(default_factory=list)
    answer: tuple[int, bytes] = (200, b'{"errcode": 0, "errmsg": "ok"}')
    location: str = ""
    hangs: bool = False
    over: Event = field(default_factory=Event)

    @property
    def host(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.host}/robot/send?access_token=abc"

    def texts(self) -> list[str]:
        return [message.body["markdown"]["text"] for message in self.messages]


@contextmanager
def group() -> Iterator[Group]:
    there = Group()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            there.messages.append(Message(parts.path, parse_qs(parts.query), body))
            while there.hangs and not there.over.wait(0.05):
                pass
            status, content = there.answer
            self.send_response(status)
            if there.location:
                self.send_header("Location", there.location)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    there.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield there
    finally:
        there.over.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
