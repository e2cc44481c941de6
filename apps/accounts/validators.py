"""What a password has to be. Each rule says itself, before and after."""

from typing import Any

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

REMEMBERED = 5
MAX_LENGTH = 128
SHORTEST_NAME = 3  # a name shorter than that is in every other word


class Length(password_validation.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return f"密码至少 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        return f"至少 {self.min_length} 个字符"


class Classes:
    """Three of the four: capital letters, small letters, digits, everything else."""

    NEEDED = 3

    def validate(self, password: str, user: Any = None) -> None:
        if len({_class_of(character) for character in password}) < self.NEEDED:
            raise ValidationError("密码应包含大写字母、小写字母、数字、其他符号中的至少三种。", code="password_classes")

    def get_help_text(self) -> str:
        return "包含大写字母、小写字母、数字、其他符号中的至少三种"


class WithoutName:
    def validate(self, password: str, user: Any = None) -> None:
        name = getattr(user, "username", "").casefold()
        if len(name) >= SHORTEST_NAME and name in password.casefold():
            raise ValidationError("密码不能包含账号。", code="password_holds_name")

    def get_help_text(self) -> str:
        return "不包含账号"


class NotUsedBefore:
    """Not the one in use, nor any of the last few that its owner has chosen."""

    def validate(self, password: str, user: Any = None) -> None:
        if getattr(user, "pk", None) is None:
            return
        used = [user.password, *user.passwords.values_list("password", flat=True)[:REMEMBERED]]
        if any(check_password(password, hashed) for hashed in dict.fromkeys(used)):
            raise ValidationError(f"不能使用最近 {REMEMBERED} 次用过的密码。", code="password_used_before")

    def get_help_text(self) -> str:
        return f"不与最近 {REMEMBERED} 次用过的相同"


class Uncommon(password_validation.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return "这个密码太常见，容易被猜中，请换一个。"

    def get_help_text(self) -> str:
        return "不是常见的密码"


def _class_of(character: str) -> str:
    if character.isupper():
        return "upper"
    if character.islower():
        return "lower"
    return "digit" if character.isdigit() else "other"
