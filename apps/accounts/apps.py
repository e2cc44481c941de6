from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, sign-in and lock-out."""

    name = "apps.accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        from apps.accounts import signals

        signals.connect()
