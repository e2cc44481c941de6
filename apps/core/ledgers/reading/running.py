"""The process that takes a file apart, seen from the portal: it is asked once, and nobody vouches for what it answers."""

import json
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from apps.core.errors import DomainError
from apps.core.ledgers.parsing.limits import MAX_FRAME_BYTES, WAIT_SECONDS

ROOT = Path(__file__).resolve().parents[4]
CHILD = "import sys; sys.path.append(sys.argv[1]); from apps.core.ledgers.parsing.child import main; main()"

BROKEN = "无法读取，可能已损坏或没有传完。请用 Excel 或 WPS 打开，另存为 xlsx 后重新上传。"
TOO_BIG = "需要的内存超过限度：内容过多，或者有单元格离其他内容很远。请把要导入的内容复制到新的工作簿，保存为 xlsx 后重新上传。"
TOO_SLOW = "读取的时间超过限度。请只保留要导入的工作表，或者分成几个文件后重新上传。"
ENDS: dict[int, str] = {
    signal.SIGXCPU: TOO_SLOW,
    signal.SIGABRT: TOO_BIG,
    signal.SIGSEGV: TOO_BIG,
    signal.SIGBUS: TOO_BIG,
    signal.SIGKILL: TOO_BIG,  # by the system, which has no memory left
}

log = logging.getLogger(__name__)

Made = TypeVar("Made")


class Unreadable(DomainError):
    """The whole file is refused; the sentence says why and what to do."""


class Reader:
    """One such process. Each of its answers is JSON, after its length in four bytes."""

    def __init__(self, name: str, *, program: str = CHILD, patience: float = WAIT_SECONDS) -> None:
        self.name = name
        self._patience = patience
        self._process = subprocess.Popen(  # noqa: S603 -- our own program, nothing of the user's among its arguments
            [sys.executable, "-I", "-X", "utf8", "-c", program, str(ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},
            cwd="/",
        )
        pipes = self._process.stdin, self._process.stdout, self._process.stderr
        self._asked, self._answered, self._complaints = cast(tuple[IO[bytes], IO[bytes], IO[bytes]], pipes)

    def ask(self, question: dict[str, Any]) -> None:
        try:
            with self._asked as pipe:
                pipe.write(json.dumps(question).encode())
        except BrokenPipeError:
            raise self._unreadable(BROKEN) from None

    def answer(self, *keys: str) -> dict[str, Any]:
        """The next answer, which has these keys. Raises Unreadable when there is none, or another."""
        length = int.from_bytes(self._take(4), "big")
        if length > MAX_FRAME_BYTES:
            raise self._unreadable(BROKEN)
        answer = self.made(json.loads, self._take(length))
        if isinstance(answer, dict) and isinstance(answer.get("refused"), str):
            raise self._unreadable(answer["refused"])
        if not isinstance(answer, dict) or set(answer) != set(keys):
            raise self._unreadable(BROKEN)
        return answer

    def made(self, function: Callable[..., Made], *args: Any) -> Made:
        """What the function makes of an answer. Raises Unreadable when it is not what the function takes."""
        try:
            return function(*args)
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
            raise self._unreadable(BROKEN) from None

    def close(self) -> None:
        """End the process; closing twice does no harm."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._asked, self._answered, self._complaints):
            pipe.close()

    def _take(self, length: int) -> bytes:
        """So many bytes of the pipe, for which it is waited only so long; the time in which its rows are worked on does not count."""
        pipe, taken = self._answered.fileno(), bytearray()
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        while len(taken) < length:
            began = time.monotonic()
            ready = poll.poll(max(self._patience, 0) * 1000)
            self._patience -= time.monotonic() - began
            if not ready or self._patience <= 0:
                raise self._unreadable(TOO_SLOW)
            piece = os.read(pipe, min(length - len(taken), 1 << 20))
            if not piece:
                raise self._unreadable(self._cause_of_death())
            taken += piece
        return bytes(taken)

    def _cause_of_death(self) -> str:
        try:
            status = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:  # it has closed its end and lives on
            return BROKEN
        complaint = os.read(self._complaints.fileno(), 10_000).decode(errors="replace").strip()
        log.warning("reading a file ended with %s: %s", status, complaint[-500:])
        return ENDS.get(-status, BROKEN)

    def _unreadable(self, sentence: str) -> Unreadable:
        return Unreadable(f"“{self.name}”{sentence}")
