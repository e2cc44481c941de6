"""Blocks as the HTML of the official sheet (static/documents/gbt9704.css): h2 黑体, h3 楷体, h4 and everything else 仿宋."""

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from apps.core.documents.blocks import Block, Cell, Heading, Paragraph, Run, Table, read


def html(text: str) -> SafeString:
    """A written text as the sheet prints it."""
    return drawn(read(text))


def drawn(blocks: Iterable[Block]) -> SafeString:
    return mark_safe("".join(_block(block) for block in blocks))  # noqa: S308  every character is escaped below


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return _table(block)
    tag = f"h{block.level + 1}" if isinstance(block, Heading) else "p"
    return f"<{tag}>{_runs(block.runs)}</{tag}>"


def _table(table: Table) -> str:
    rows = [f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in table.rows if row]
    head, body = "".join(rows[: table.head]), "".join(rows[table.head :])
    return f"<table>{f'<thead>{head}</thead>' if head else ''}<tbody>{body}</tbody></table>"


def _cell(cell: Cell) -> str:
    tag = "th" if cell.is_head else "td"
    spans = "".join(f' {name}="{value}"' for name, value in (("colspan", cell.colspan), ("rowspan", cell.rowspan)) if value > 1)
    return f"<{tag}{spans}>{''.join(_paragraph(each) for each in cell.paragraphs)}</{tag}>"


def _paragraph(paragraph: Paragraph) -> str:
    return f"<p>{_runs(paragraph.runs)}</p>"


def _runs(runs: Iterable[Run]) -> str:
    return "".join(_run(run) for run in runs)


def _run(run: Run) -> str:
    text = str(escape(run.text)).replace("\n", "<br>")
    for mark in sorted(run.marks):
        text = f"<{mark}>{text}</{mark}>"
    return text
