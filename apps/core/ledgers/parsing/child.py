"""The process that reads: it holds nothing of the portal, may do nothing but read, and answers with plain data.

It imports no Django, so that it starts at once and has no secret to lose.
"""

import gc
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from apps.core.ledgers.parsing import limits, sniffing
from apps.core.ledgers.parsing.confining import allow, confine
from apps.core.ledgers.parsing.headings import Wanted
from apps.core.ledgers.parsing.limits import Refused
from apps.core.ledgers.parsing.sources import Source
from apps.core.ledgers.parsing.texts import Text
from apps.core.ledgers.parsing.workbooks import LONGEST, Workbook

BLOCK_ROWS = 1_000


def main() -> None:
    question = json.load(sys.stdin)
    confine()
    gc.disable()  # what is made here holds no cycles, and there is much of it
    try:
        for answer in read(Path(question["path"]), question["heads"]):
            _send(answer)
    except Refused as refused:
        _send(encoded({"refused": str(refused)}))
    except MemoryError:
        os.abort()  # as the parser does when it gets no more memory
    except BrokenPipeError:
        os._exit(1)  # nobody reads on


def _send(answer: bytes) -> None:
    sys.stdout.buffer.write(len(answer).to_bytes(4, "big") + answer)
    sys.stdout.buffer.flush()


def read(path: Path, heads: list[Wanted]) -> Iterator[bytes]:
    """The answers: what was found, then rows in blocks, then what is to be said at the end."""
    kind = sniffing.kind(path)
    allow(path.stat().st_size * 3)  # a zip says better what it needs
    source = Text(path, heads) if kind == "csv" else Workbook(path, kind, heads)
    blocks = _blocks(source)
    first = next(blocks, None)
    if first is None:
        raise Refused(f"只有标题行，没有数据行。请在第 {source.found.heading + 1} 行起填写后重新上传。")
    yield encoded(
        {
            "sheet": source.sheet[:LONGEST],
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
