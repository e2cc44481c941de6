"""What was written to an archive is checked without the database; the command says what differs and ends with 1."""

import gzip
import json
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.audit import services
from apps.audit.enums import Verb
from apps.audit.models import Seal
from apps.audit.sealing import archive, chain
from apps.core import scope

TODAY = timezone.localdate()


@pytest.fixture
def sealed(committed, monkeypatch) -> list[Seal]:
    """Two rounds of seals, made 200 and 190 days ago."""
    for days in (200, 190):
        with monkeypatch.context() as patch:
            patch.setattr(timezone, "now", lambda days=days: datetime.now(tz=timezone.get_default_timezone()) - timedelta(days=days))
            with scope.opened(scope.EVERYTHING):
                services.record(Verb.EXPORT, f"“{days}”天\n以前")
            chain.seal(most=1000)
    with scope.opened(scope.EVERYTHING):
        return list(Seal.objects.order_by("number"))


@pytest.fixture
def file(sealed, tmp_path) -> Path:
    path, *_ = archive.write(before=TODAY - timedelta(days=180), folder=tmp_path)
    return path


def audit(*arguments: str) -> str:
    out = StringIO()
    call_command("audit", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def refused(*arguments: str) -> tuple[str, int]:
    with pytest.raises(CommandError) as error:
        audit(*arguments)
    return str(error.value), error.value.returncode


def rewrite(file: Path, old: str, new: str) -> None:
    text = gzip.decompress(file.read_bytes()).decode()
    assert old in text
    file.write_bytes(gzip.compress(text.replace(old, new, 1).encode()))


def test_an_archive_holds_every_sealed_row_and_is_sound_by_itself(sealed, file):
    result = archive.verify(file)
    assert (result.is_sound, result.seals, result.rows, result.head) == (True, len(sealed), sum(s.rows for s in sealed), sealed[-1].digest)
    assert "全部相符" in audit("verify", str(file))


def test_only_what_is_old_enough_goes_and_nothing_is_deleted(sealed, tmp_path):
    path, seals, _ = archive.write(before=TODAY - timedelta(days=195), folder=tmp_path)
    assert (path.name, seals) == (f"audit-1-{len(sealed) - 1}.jsonl.gz", len(sealed) - 1)
    with scope.opened(scope.EVERYTHING):
        assert Seal.objects.count() == len(sealed)


def test_the_next_archive_goes_on_where_the_last_one_ended(sealed, tmp_path):
    archive.write(before=TODAY - timedelta(days=195), folder=tmp_path)
    path, seals, rows = archive.write(before=TODAY - timedelta(days=180), folder=tmp_path, first=len(sealed))
    assert (seals, rows, archive.verify(path).faults) == (1, 1, [])


@pytest.mark.parametrize(
    ("old", "new"),
    [("“200”天", "“201”天"), ('"rows": 1', '"rows": 2'), ('"previous": ""', '"previous": "00"'), ('"complete": false', '"complete": true')],
)
def test_a_changed_archive_is_named(file, old, new):
    rewrite(file, old, new)
    _, code = refused("verify", str(file))
    assert code == 1


def test_an_archive_that_ends_early_is_named(file):
    lines = gzip.decompress(file.read_bytes()).decode().splitlines(keepends=True)
    file.write_bytes(gzip.compress("".join(lines[:-2]).encode()))
    assert refused("verify", str(file)) == ("日志与封存不符。", 1)


def test_an_archive_under_another_key_is_named(file, settings):
    settings.AUDIT_KEY = "another"
    assert {fault.what for fault in archive.verify(file).faults} == {"签名不符，封存链可能被重做"}


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize("content", [b"", b"not gzip", packed(b""), packed(b"{}"), packed(b'["a"]'), packed(b"\xff")], ids=range(6))
def test_what_is_no_archive_gets_a_sentence(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    sentence, code = refused("verify", str(tmp_path / "x"))
    assert code == 1
    assert sentence.endswith(("不是日志归档文件。", "）。"))


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path):
    assert refused("verify", str(tmp_path / "none"))[0] == f"{tmp_path}/none 已损坏，无法读取（FileNotFoundError）。"


def test_what_is_younger_than_180_days_is_not_archived(sealed, tmp_path):
    first = TODAY - timedelta(days=180)
    sentence, _ = refused("archive", "--before", f"{first + timedelta(days=1)}", str(tmp_path))
    assert sentence == f"只能归档满 180 天的日志，请填写 {first} 或更早的日期。"
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_archive_and_nothing_overwritten(sealed, file):
    before = f"{TODAY - timedelta(days=180)}"
    assert refused("archive", "--before", before, str(file.parent))[0] == f"{file} 已经存在，没有覆盖。"
    assert refused("archive", "--before", "2012-01-01", str(file.parent))[0] == "2012-01-01 以前没有尚未归档的封存。"


def test_a_log_that_does_not_agree_is_not_archived(sealed, superuser, tmp_path):
    superuser("UPDATE audit_act SET about = '别的'")
    sentence, _ = refused("archive", "--before", f"{TODAY - timedelta(days=180)}", str(tmp_path))
    assert "与现在的记录不符，没有归档" in sentence
    assert [path for path in tmp_path.iterdir() if path.suffix == ".gz"] == []


def test_the_command_names_what_differs_and_ends_with_1(sealed, superuser):
    assert audit("verify").splitlines()[-1] == f"链头 {sealed[-1].digest}"
    assert audit("verify", "--head", sealed[0].digest)
    assert refused("verify", "--head", "0" * 64) == ("日志与封存不符。", 1)

    superuser("UPDATE audit_act SET about = '别的'")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("audit", "verify", stdout=out, stderr=out)
    assert out.getvalue().count("内容被修改") == 2


def test_the_nightly_verification_is_in_the_log_and_on_the_desk(committed, superuser, caplog):
    from apps.audit import tasks
    from apps.audit.models import Act
    from apps.audit.selectors import status

    with scope.opened(scope.EVERYTHING):
        services.record(Verb.EXPORT, "一条")
    tasks.seal()
    tasks.verify()
    with scope.opened(scope.EVERYTHING):
        assert (status.status().is_sound, Act.objects.newest_first()[0].details["task"]) == (True, "audit.verify")

    superuser("UPDATE audit_act SET about = '别的' WHERE about = '一条'")
    tasks.verify()
    with scope.opened(scope.EVERYTHING):
        now = status.status()
    assert (now.is_sound, len(now.faults)) == (False, 1)
    assert "内容被修改" in now.faults[0] and "内容被修改" in caplog.text


def test_seals_of_an_archive_are_plain_json(sealed, file):
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    assert json.loads(lines[0]) == {"format": "jiaxing-audit-1", "first": 1, "last": len(sealed)}
    assert {"table", "ids", "digest", "mac"} <= set(json.loads(lines[1]))
    assert date.fromisoformat(json.loads(lines[1])["at"][:10]) == TODAY - timedelta(days=200)
