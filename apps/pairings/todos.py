from collections.abc import Iterator
from typing import Any

from apps.core import todos
from apps.core.todos import Todo
from apps.organizations.two_sided.todos import in_turn, unfinished
from apps.pairings.models import Pairing


@todos.source
def to_decide(user: Any) -> Iterator[Todo]:
    """A school that is invited; a reporting unit that confirms."""
    if user.has_perm("pairings.accept"):
        yield from in_turn(user, Pairing, title="结对邀请待接受", text="请看对方的目标和计划，接受或退回。")
    else:
        yield from in_turn(user, Pairing, title="学校结对待确认", text="两校已商定，请确认或退回。")


@todos.source
def to_finish(user: Any) -> Iterator[Todo]:
    """A school's own proposals: to finish, to revise."""
    yield from unfinished(user, Pairing, what="结对")
