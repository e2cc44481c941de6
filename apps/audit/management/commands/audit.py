"""The log from the operator's side: seal it, verify it, write it to an archive."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit.sealing import archive, chain
from apps.audit.sealing.verify import Result, verify
from apps.core.errors import DomainError


class Command(BaseCommand):
    help = "操作日志：seal 封存，verify 核验，archive 归档。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, parser_class=ArgumentParser)
        acts.add_parser("seal", help="立即封存尚未封存的记录")
        checking = acts.add_parser("verify", help="重新计算全部封存，与日志逐条核对；不符时退出码为 1")
        checking.add_argument("file", nargs="?", type=Path, help="归档文件；不填则核验数据库中的日志")
        checking.add_argument("--head", default="", help="另处记下的链头，核验它仍在封存链中")
        keeping = acts.add_parser("archive", help="把满 180 天的日志连同封存写入压缩文件；数据库中的日志保留")
        keeping.add_argument("--before", required=True, type=date.fromisoformat, help="这一天以前封存的日志，例如 2026-05-01")
        keeping.add_argument("--first", default=1, type=int, help="从第几号封存开始（上次归档到第 N 号，填 N+1）")
        keeping.add_argument("folder", type=Path, help="写入哪个文件夹")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        acts: dict[str, Callable[..., None]] = {"seal": self.seal, "verify": self.verify, "archive": self.archive}
        try:
            acts[act](**options)
        except DomainError as error:
            raise CommandError(error.message) from None

    def seal(self, **options: Any) -> None:
        self.stdout.write(f"已封存 {chain.seal()} 条记录。")

    def verify(self, *, file: Path | None, head: str, **options: Any) -> None:
        result: Result = archive.verify(file, head=head) if file else verify(head=head)
        for fault in result.faults:
            self.stderr.write(str(fault))
        self.stdout.write(f"{result}。\n链头 {result.head or '（还没有封存）'}")
        if not result.is_sound:
            raise CommandError("日志与封存不符。", returncode=1)

    def archive(self, *, before: date, first: int, folder: Path, **options: Any) -> None:
        path, seals, written = archive.write(before=before, folder=folder, first=first)
        self.stdout.write(f"{path}：{seals} 个封存、{written} 条记录。")
