"""Give somebody an account and a role: how the first city officer of a new portal gets in, and the only way to a separate role."""

from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.models import User
from apps.accounts.services import activations
from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core import scope
from apps.core.errors import DomainError
from apps.organizations.models import Organization
from apps.organizations.roles import ROLES
from apps.organizations.services import roles
from apps.people.models import Contact


class Command(BaseCommand):
    help = "Make an account where there is none, and give it a role at an organization (by name or code)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=ROLES)
        parser.add_argument("organization", help="名称或代码，例如 嘉兴市、330402")
        parser.add_argument("--name", help="姓名，新建账号时必填")

    def handle(self, *args: Any, username: str, role: str, organization: str, name: str | None, **options: Any) -> None:
        with pghistory.context(name="运维人员", url="manage.py appoint"), scope.opened(scope.EVERYTHING):
            found = Organization.objects.named(organization)
            if len(found) != 1:
                raise CommandError(f"有 {len(found)} 个组织的名称或代码是“{organization}”，请用代码指明。")
            user = User.objects.filter(username=username).first() or self.open_account(username, name, found[0])
            try:
                holding = roles.grant(user=user, role=role, organization=found[0])
            except DomainError as error:
                raise CommandError(error.message) from error
            details = {"role": role, "persons": [{"user": user.pk, "account": username, "organization": found[0].pk}]}
            audit.record(Verb.GRANT, f"{user}（{username}）：{holding}", details=details)
        self.stdout.write(f"{user}（{username}）现任 {holding}。")

    def open_account(self, username: str, name: str | None, organization: Organization) -> User:
        if not name:
            raise CommandError(f"没有账号“{username}”；新建账号请用 --name 写明姓名。")
        user = User.objects.create_user(username, name=name)
        Contact.objects.create(user=user, organization=organization, county_id=organization.county_id)
        code = activations.issue(user=user, by=None)
        self.stdout.write(f"已新建账号 {username}，激活码 {code}（7 天内有效，只显示这一次）。")
        return user
