"""Where sessions are kept (SESSION_ENGINE): in the database alone, so that one that was ended is gone for every process at once.

Each request reads its session by key, as it would ask a cache; what costs is writing. So a session that nothing changed is written at most
once a minute, and ends 29 to 30 minutes after its last use, never later, whatever becomes of Redis.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

USER = "_auth_user_id"
SIGN_IN = "sign_in"  # address, browser and began_at, noted at sign-in (apps/accounts/signals.py) for the row's own columns
TOUCH = timedelta(minutes=1)


class SessionStore(DatabaseStore):
    """Django's database store, which also knows whose session it is, and seldom writes."""

    _kept_until: datetime | None = None

    @classmethod
    def get_model_class(cls) -> Any:
        from apps.accounts.models import Session

        return Session

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]
        self._kept_until = row.expire_date if row else None
        return self.decode(row.session_data) if row else {}

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.user_id = data.get(USER)
        for name, value in data.get(SIGN_IN, {}).items():
            setattr(row, name, value)
        return row

    def is_stale(self) -> bool:
        """Is it time to write down that it is still in use?"""
        return self._kept_until is not None and self.get_expiry_date() - self._kept_until >= TOUCH

    def _validate_session_key(self, key: str | None) -> bool:
        """A key that we cannot have made is not asked for."""
        return bool(key) and len(key) == 32 and set(key) <= set(VALID_KEY_CHARS)  # type: ignore[arg-type]
