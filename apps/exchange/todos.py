from collections.abc import Iterator
from typing import Any

from apps.core import todos
from apps.core.todos import Todo
from apps.exchange.enums import State
from apps.exchange.models import Upload
from apps.exchange.selectors import standings


@todos.source
def sent(user: Any) -> Iterator[Todo]:
    """Whoever has sent a file: what waits for them to confirm it, and what came back to be put right."""
    if not standings.brought_by(user):
        return
    for upload in Upload.objects.visible_to(user).waiting_for(user).select_related("job"):
        if upload.state == State.CHECKED and not upload.wrong:
            if not upload.writes:
                yield Todo(f"台账“{upload}”没有需要导入的内容", upload.get_absolute_url(), "打开后结束即可。", tone="info")
                continue
            text = f"检查没有问题：新增 {upload.new} 行，修改 {upload.changed} 行。确认后才写入。"
            yield Todo(f"待确认的台账“{upload}”", upload.get_absolute_url(), text)
        else:
            yield Todo(_title(upload), upload.get_absolute_url(), _text(upload), tone="warning", came_back=True)


def _title(upload: Upload) -> str:
    if upload.state == State.CHECKED:
        return f"台账“{upload}”有 {upload.wrong} 行有误"
    return f"台账“{upload}”不能读取" if upload.state == State.REFUSED else f"台账“{upload}”没有检查完"


def _text(upload: Upload) -> str:
    if upload.state == State.REFUSED:
        return upload.sentence
    return "没有写入任何内容，改好后重新上传。" if upload.state == State.CHECKED else "没有写入任何内容，请重新检查。"
