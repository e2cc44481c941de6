"""Whatever happens to a good file on its way: rows or a sentence, never another error, never a wait."""

import tempfile
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.ledgers.reading import Fault, Unreadable, read
from tests.core.ledgers.reading.files import HEADS, ROW, TITLES, archive, ods, xls, xlsx

ROWS = [TITLES, *[[f"第{number}小学", "新嘉街道", 2026, "2020-09-01"] for number in range(20)], ROW]
KINDS = str | int | float | bool | date | Fault | None
thorough = settings(max_examples=7, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("good")
    csv = folder / "csv"
    csv.write_text("\n".join(",".join(map(str, row)) for row in ROWS), encoding="gb18030")
    paths = xlsx(folder / "xlsx", ROWS), xls(folder / "xls", ROWS), ods(folder / "ods", ROWS), csv
    return {path.name: path.read_bytes() for path in paths}


def must_end_well(content: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            with read(Path(file.name), name="名单", heads=HEADS) as table:
                for number, cells in table.rows:
                    assert number > table.heading
                    assert len(cells) == len(HEADS)
                    assert all(isinstance(cell, KINDS) for cell in cells)
        except Unreadable as refused:
            assert refused.message.startswith("“名单”")
            assert refused.message.endswith("。")


changes = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=4), st.integers(0, 8)), min_size=1, max_size=6)


def changed(content: bytes, spots: list[tuple[float, bytes, int]]) -> bytes:
    """At some places so many bytes give way to others."""
    for where, new, length in spots:
        at = int(where * len(content))
        content = content[:at] + new + content[at + length :]
    return content


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "csv"])
@thorough
@given(spots=changes)
def test_changed_bytes_end_well(good, kind, spots):
    must_end_well(changed(good[kind], spots))


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@thorough
@given(data=st.data(), spots=changes)
def test_changed_parts_end_well(good, kind, data, spots):
    """The archive is whole, what is in it is not: this gets as far as the parser."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(good[kind])
        file.flush()
        with ZipFile(file.name) as old:
            parts = {name: old.read(name) for name in old.namelist()}
        name = data.draw(st.sampled_from([name for name in parts if "xl/" in name or "content" in name]))
        must_end_well(archive(Path(file.name), {**parts, name: changed(parts[name], spots)}).read_bytes())
