"""The workbook that people fill in: heads that stay, lists to choose from, and what is known of their own organizations already there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from xlsxwriter import Workbook

from apps.core.ledgers.cells import Cell
from apps.core.ledgers.ledger import Column, Ledger
from apps.core.ledgers.sheets.columns import Lists, dress, guide
from apps.core.ledgers.sheets.pages import LAST_COLUMN, add, drawer, line, looks, opened

GUIDE, EXAMPLE = "说明", "示例"
NOTE = 1000  # characters of a note on a head
ALLOWED = ("insert_rows", "delete_rows", "sort", "autofilter", "format_cells", "format_columns", "format_rows", "select_locked_cells")
STEPS = (
    "在“{label}”表中填写，一行一条。红色表头的列必填，其他列不清楚的可以不填。",
    "表头已锁定，不用改动；把鼠标放在表头上，可以看到这一列怎么填。",
    "带下拉箭头的单元格从列表中选；也可以从别的表格复制过来，粘贴时请选“值”。",
    "预先填好的单位名称用于定位，请不要改写；用不到的行请整行删除。",
    "填好后保存为 xlsx，在平台的“导入”页面上传。上传后先显示预览：哪些新增、哪些修改、哪些有误；确认之前不会写入任何内容。",
    "有误的行会标成红色连同原因一起退回，改好后再次上传即可；全部正确才会导入，导入后可以撤回。",
    "“说明”“示例”两张表不会导入，不必删除。只填人数，不填少年儿童的姓名等个人信息。",
)
PARTS = (("列", 18), ("是否必填", 10), ("怎样填写", 52), ("也可以叫", 36))


def template(ledger: Ledger, *, rows: Iterable[Mapping[str, Any]] = (), offered: Mapping[str, Sequence[str]] = {}) -> IO[bytes]:
    """To fill in and send back. `rows` are already there, cells by column; `offered` are the names to choose from, by column."""
    columns = {name: column for name, column in ledger.fields.items() if not column.derived}
    with opened() as (book, file):
        lists = Lists()
        names = {columns[name].heading: tuple(found) for name, found in offered.items() if name in columns and found}
        _sheet(book, ledger, columns, rows, names, lists)
        _example(book, list(columns.values()))
        _guide(book, ledger, list(columns.values()))
        lists.write(book)
    return file


def _sheet(
    book: Workbook,
    ledger: Ledger,
    columns: Mapping[str, Column],
    rows: Iterable[Mapping[str, Any]],
    offered: Mapping[str, Sequence[str]],
    lists: Lists,
) -> None:
    page, shown = add(book, ledger.label), list(columns.values())
    page.set_column(len(shown), LAST_COLUMN, None, book.add_format({"locked": False}))  # a row with a locked cell cannot be deleted
    dress(book, page, shown, locked=False)
    for place, column in enumerate(shown):
        page.write_comment(0, place, note(column), {"author": "", "x_scale": 2, "y_scale": 1.2})
    guide(page, shown, lists, offered=offered)
    page.begin(1)
    look = looks(book, locked=False)
    draws = [drawer(place, look) for place in range(len(shown))]
    last = 0
    for last, row in enumerate(rows, start=1):
        page.put(last, line(draws, [row.get(name) for name in columns], last))
    page.end(last, len(shown))
    page.autofilter(0, 0, max(last, 1), len(shown) - 1)
    page.protect("", dict.fromkeys(ALLOWED, True))
    page.activate()


def note(column: Column) -> str:
    """What is written on a head: whether the column has to be filled in, and how."""
    lines = ["必填。" if column.required else "选填。", f"{column.cell.hint}。" if column.cell.hint else "", column.help]
    return "\n".join(each for each in lines if each)[:NOTE]


def _example(book: Workbook, columns: Sequence[Column]) -> None:
    page = add(book, EXAMPLE)
    page.write_string(0, 0, "示例，仅供参考，不会导入。", book.add_format({"italic": True, "font_color": "#5F5B55"}))
    dress(book, page, columns, head=1)
    page.begin(2)
    look = looks(book)
    draws = [drawer(place, look) for place in range(len(columns))]
    page.put(2, line(draws, [sample(column) for column in columns], 2))
    page.end(2, len(columns))


def sample(column: Column) -> Any:
    """The column's example, as a cell of its own type."""
    cell: Cell = column.cell
    return None if column.example == "" else cell.render(cell.clean(column.example))


def _guide(book: Workbook, ledger: Ledger, columns: Sequence[Column]) -> None:
    page, wrapped = add(book, GUIDE), book.add_format({"text_wrap": True, "valign": "top"})
    strong, head = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True, "bg_color": "#FCF1F0"})
    page.set_column(0, 0, PARTS[0][1], wrapped)
    for place, (_, width) in enumerate(PARTS):
        page.set_column(place, place, width, wrapped)
    page.write_string(0, 0, f"{ledger.label}填报说明", strong)
    row = 1
    for row, step in enumerate(STEPS, start=1):
        page.merge_range(row, 0, row, len(PARTS) - 1, f"{row}. {step.format(label=ledger.label)}", wrapped)
        page.set_row(row, 32)
    row += 2
    for place, (name, _) in enumerate(PARTS):
        page.write_string(row, place, name, head)
    for column in columns:
        row += 1
        how = " ".join(each for each in (f"{column.cell.hint}。" if column.cell.hint else "", column.help) if each)
        for place, text in enumerate((column.heading, "必填" if column.required else "", how, "、".join(column.aliases))):
            page.write_string(row, place, text, wrapped)
