"""What is looked for in a file, and what was found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from apps.core.ledgers.parsing.cells import SEPARATOR
from apps.core.ledgers.parsing.limits import MAX_MB
from apps.core.ledgers.reading.running import Reader, Unreadable

Cell = str | int | float | bool | date | datetime | None


@dataclass(frozen=True)
class Head:
    """A column that is looked for."""

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be taken: what stands there, and what to do about it."""

    text: str
    sentence: str


Row = tuple[int, list[Cell | Fault]]


@dataclass
class Table:
    """The rows of a file below its headings, as they are read: a context manager that ends the reading when it is left.

    `rows` gives the row's number in the file and one cell for each head that was asked for. It raises Unreadable when the file turns out
    to be so further down. `notes` is complete once the rows are.
    """

    sheet: str
    heading: int  # 1-based row
    absent: tuple[str, ...]  # optional heads that the file lacks
    unknown: tuple[str, ...]  # headings that nobody asked for
    notes: tuple[str, ...]
    rows: Iterator[Row] = field(repr=False)
    _reader: Reader = field(repr=False)

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._reader.close()


def read(path: Path, *, name: str, heads: Sequence[Head]) -> Table:
    """Open the file at `path`, which its owner calls `name`, and find the columns. Raises Unreadable."""
    size = path.stat().st_size
    if not size:
        raise Unreadable(f"“{name}”是空文件，请重新选择。")
    if size > MAX_MB * 1024 * 1024:
        found = f"“{name}”有 {size / 1024 / 1024:.1f} MB，超过 {MAX_MB} MB。"
        raise Unreadable(f"{found}请删去图片和不用的工作表，或者分成几个文件后重新上传。")
    reader = Reader(name)
    try:
        wanted = [{"names": [head.name, *head.aliases], "required": head.required} for head in heads]
        reader.ask({"path": str(path.resolve()), "heads": wanted})
        table = reader.made(_table, reader, reader.answer("sheet", "heading", "absent", "unknown", "notes"))
    except BaseException:
        reader.close()
        raise
    table.rows = _rows(table, reader, len(heads))
    return table


def _table(reader: Reader, found: dict[str, Any]) -> Table:
    absent, unknown, notes = (tuple(map(str, found[key])) for key in ("absent", "unknown", "notes"))
    return Table(str(found["sheet"]), int(found["heading"]), absent, unknown, notes, iter(()), reader)


def _rows(table: Table, reader: Reader, width: int) -> Iterator[Row]:
    try:
        while True:
            block = reader.answer("numbers", "columns", "notes")
            yield from reader.made(_block, block, width)
            if block["notes"] is not None:
                table.notes += reader.made(tuple, map(str, block["notes"]))
                return
    finally:
        reader.close()


def _block(block: dict[str, Any], width: int) -> list[Row]:
    columns = [_column(kind, cells) for kind, cells in block["columns"]]
    if len(columns) != width:
        raise ValueError("columns")
    return list(zip(block["numbers"], map(list, zip(*columns, strict=True)), strict=True))


def _column(kind: str, cells: Any) -> list[Cell | Fault]:
    if kind == "text":
        return [text or None for text in cells.split(SEPARATOR)]
    if kind == "date":
        return [date.fromordinal(ordinal) for ordinal in cells]
    return [_unwrapped(*cell) if type(cell) is list else cell for cell in cells] if kind == "mixed" else cells


def _unwrapped(kind: str, text: str, sentence: str = "") -> Cell | Fault:
    if kind == "date":
        return date.fromisoformat(text)
    if kind == "datetime":
        return datetime.fromisoformat(text)
    return Fault(text, sentence)
