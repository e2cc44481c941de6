"""What changed between two readings of a report: passage by passage, line by line (a block of text, a row), and within a line word by word.

Chinese has no spaces between words, so the pieces compared are characters; letters and figures stay together, as people read them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from apps.core.lifecycle.models import Passage

Change = Literal["same", "added", "removed", "changed"]
PIECES = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?%?|\s+|.", re.DOTALL)
ALIKE = 0.4  # lines that share less than this are two lines, not one that was rewritten
SHORT = 2  # pieces between two changes that are read as part of them
MOST = 1_000_000  # pairs of pieces, or of lines, that are compared one with the other; beyond it a text counts as rewritten
PAIRS = 2_500  # of lines that are looked at for being alike
CONTEXT = 3  # unchanged lines in a row from which on they are folded


@dataclass(frozen=True)
class Piece:
    change: Change
    text: str


@dataclass(frozen=True)
class Line:
    """One block or row: what stayed, went and came in it."""

    change: Change
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Difference:
    """One passage then and now."""

    name: str
    label: str
    change: Change
    lines: tuple[Line, ...]

    def folded(self) -> Iterator[tuple[bool, list[Line]]]:
        """Runs of lines; of those where nothing changed, long ones are to be folded away (True)."""
        run: list[Line] = []
        for line in [*self.lines, None]:
            if line is None or (run and (line.change == "same") != (run[0].change == "same")):
                if run:
                    yield run[0].change == "same" and len(run) >= CONTEXT, run
                run = []
            if line is not None:
                run.append(line)


def differences(before: Sequence[Passage], after: Sequence[Passage]) -> list[Difference]:
    """Every passage of now, in its order, then those that are gone."""
    then = {passage.name: passage for passage in before}
    found = [_compare(then.pop(passage.name, None), passage) for passage in after]
    return found + [_compare(passage, replace(passage, text="")) for passage in then.values()]


def _compare(before: Passage | None, after: Passage) -> Difference:
    old, new = (before.text if before else ""), after.text
    lines = tuple(_lines(old.splitlines(), new.splitlines()))
    change: Change = "same" if old == new else "added" if not old else "removed" if not new else "changed"
    return Difference(after.name, after.label, change, lines)


def _lines(old: list[str], new: list[str]) -> Iterator[Line]:
    if old == new:
        yield from (Line("same", (Piece("same", text),)) for text in new)
        return
    for change, left, right in _steps(old, new):
        if change == "same":
            yield from (Line("same", (Piece("same", text),)) for text in left)
        else:
            yield from _rewritten(left, right)


def _rewritten(old: list[str], new: list[str]) -> Iterator[Line]:
    """Lines that took each other's place: pairs that are alike are shown as one, in the order of the new text."""
    waiting, searched = list(old), len(old) * len(new) <= PAIRS
    for text in new:
        partner = next((each for each in waiting if _alike(each, text)), None) if searched else None
        if partner is None:
            yield Line("added", (Piece("added", text),))
            continue
        before = waiting.index(partner)
        yield from (Line("removed", (Piece("removed", gone),)) for gone in waiting[:before])
        waiting = waiting[before + 1 :]
        yield Line("changed", tuple(_pieces(partner, text)))
    yield from (Line("removed", (Piece("removed", gone),)) for gone in waiting)


def _alike(old: str, new: str) -> bool:
    if len(old) * len(new) > MOST:
        return False
    matcher = SequenceMatcher(None, old, new)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _pieces(old: str, new: str) -> Iterator[Piece]:
    """What stayed, went and came; a scrap that stayed between two changes is read as part of them."""
    steps = list(_steps(PIECES.findall(old), PIECES.findall(new)))
    for at in range(len(steps) - 2, 0, -1):
        if steps[at][0] == "same" and len(steps[at][1]) < SHORT:
            (_, left, right), (_, scrap, _), (_, left_after, right_after) = steps[at - 1 : at + 2]
            steps[at - 1 : at + 2] = [("changed", left + scrap + left_after, right + scrap + right_after)]
    for change, left, right in steps:
        if change == "same":
            yield Piece("same", "".join(left))
            continue
        if left:
            yield Piece("removed", "".join(left))
        if right:
            yield Piece("added", "".join(right))


def _steps(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Change, list[str], list[str]]]:
    if len(old) * len(new) > MOST:
        yield "changed", list(old), list(new)
        return
    for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        yield "same" if tag == "equal" else "changed", list(old[a:b]), list(new[c:d])
