"""What a reader is shown as changed."""

import time
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.lifecycle.diffs import differences
from apps.core.lifecycle.models import Passage


def changed(old, new):
    (found,) = differences([Passage("goals", "目标任务", old)], [Passage("goals", "目标任务", new)])
    return found


def marked(found):
    signs = {"same": "{}", "added": "+{}+", "removed": "-{}-"}
    return ["".join(signs[piece.change].format(piece.text) for piece in line.pieces) for line in found.lines]


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("覆盖率达到 80%。", "覆盖率达到 85%。", ["覆盖率达到 -80%-+85%+。"]),
        ("每学期召开一次联席会议。", "每学期召开两次联席会议，形成纪要。", ["每学期召开-一-+两+次联席会议+，形成纪要+。"]),
        ("第一段。\n第二段。", "第一段。\n新的一段话。\n第二段。", ["第一段。", "+新的一段话。+", "第二段。"]),
        ("第一段。\n第二段。", "第二段。", ["-第一段。-", "第二段。"]),
        ("春季部署。", "完全不同的内容写在这里。", ["+完全不同的内容写在这里。+", "-春季部署。-"]),
    ],
)
def test_figures_words_blocks_and_rows(old, new, shown):
    assert marked(changed(old, new)) == shown


def test_passages_that_came_and_went_are_named():
    found = differences([Passage("a", "甲", "文字"), Passage("b", "乙", "文字")], [Passage("c", "丙", "文字"), Passage("a", "甲", "文字")])
    assert [(each.label, each.change) for each in found] == [("丙", "added"), ("甲", "same"), ("乙", "removed")]


def test_long_runs_without_a_change_are_folded():
    lines = [f"第{number}段。" for number in range(6)]
    found = changed("\n".join(lines), "\n".join([*lines, "最后一段。"]))
    assert [(folds, len(run)) for folds, run in found.folded()] == [(True, 6), (False, 1)]


TEXT = st.text(alphabet="的了是 a1%。\n", max_size=60)


@given(TEXT, TEXT)
def test_nothing_is_lost_of_either_side(old, new):
    found = changed(old, new)
    kept = [(line, piece) for line in found.lines for piece in line.pieces]
    assert sorted("".join(piece.text for _, piece in kept if piece.change != "removed")) == sorted("".join(new.splitlines()))
    assert sorted("".join(piece.text for _, piece in kept if piece.change != "added")) == sorted("".join(old.splitlines()))


def test_a_hostile_text_takes_no_long_time():
    random = Random(1)  # noqa: S311  no secret
    sizes = (1, 20, 600, 600, 8000, 8000)
    texts = ["\n".join("".join(random.choices("的了是我", k=size)) for _ in range(8000 // size)) for size in sizes]
    began = time.perf_counter()
    for old, new in pairwise(texts):
        changed(old, new)
    assert time.perf_counter() - began < 3
