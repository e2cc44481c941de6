"""The process that reads: it holds nothing of the portal, may do nothing but read, and answers with plain data.

It imports no Django, so that it starts at once and has no secret to lose.
"""

import gc
import json
import os
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from apps.core.ledgers.reading import limits
from apps.core.ledgers.reading.headings import Wanted
from apps.core.ledgers.reading.limits import Refused
from apps.core.ledgers.reading.sources import Source, opened

BLOCK_ROWS = 1_000


def main() -> None:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    question = json.load(sys.stdin)
    confine()
    gc.disable()  # what is made here holds no cycles, and there is much of it
    try:
        for answer in read(Path(question["path"]), question["heads"]):
            answers.write(len(answer).to_bytes(4, "big") + answer)
            answers.flush()
    except Refused as refused:
        answer = encoded({"refused": str(refused)})
        answers.write(len(answer).to_bytes(4, "big") + answer)
        answers.flush()
    except MemoryError:
        os.abort()  # as the parser does when it gets no more memory
    except BrokenPipeError:
        os._exit(1)  # nobody reads on


def confine() -> None:
    """From here on: so much memory and time, no file written, no process begun, no core left."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * resource.getpagesize() + limits.MEMORY_MB * 1024 * 1024
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, limits.CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        resource.setrlimit(kind, (most, most))


def read(path: Path, heads: list[Wanted]) -> Iterator[bytes]:
    """The answers: what was found, then rows in blocks, then what is to be said at the end."""
    source = opened(path, heads)
    blocks = _blocks(source)
    first = next(blocks, None)
    if first is None:
        raise Refused(f"只有标题行，没有数据行。请在第 {source.found.heading + 1} 行起填写后重新上传。")
    yield encoded(
        {
            "sheet": source.sheet,
            "heading": source.found.heading,
            "absent": source.absent,
            "unknown": source.found.unknown,
            "notes": source.notes,
        }
    )
    yield from first
    for block in blocks:
        yield from block
    yield encoded({"numbers": [], "columns": [("plain", [])] * len(heads), "notes": source.closing_notes()})


def _blocks(source: Source) -> Iterator[list[bytes]]:
    rows = 0
    for numbers, lines in source.blocks(BLOCK_ROWS):
        rows += len(numbers)
        if rows > limits.MAX_ROWS:
            raise Refused(f"超过 {limits.MAX_ROWS:,} 行，请分成几个文件后分次上传。")
        yield list(_frames(source, numbers, lines))


def _frames(source: Source, numbers: list[int], lines: list[Sequence[Any]]) -> Iterator[bytes]:
    """One answer, or several where the texts are long."""
    frame = encoded({"numbers": numbers, "columns": source.cleaned(numbers, lines), "notes": None})
    if len(frame) > limits.FRAME_BYTES and len(numbers) > 1:
        half = len(numbers) // 2
        yield from _frames(source, numbers[:half], lines[:half])
        yield from _frames(source, numbers[half:], lines[half:])
    else:
        yield frame


def encoded(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
