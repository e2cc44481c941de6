"""Documents that are generated say what the code says."""

from io import StringIO

from django.conf import settings
from django.core.management import call_command


def test_permissions_document_is_the_role_table():
    out = StringIO()
    call_command("permissions", stdout=out)
    assert (settings.BASE_DIR / "docs" / "permissions.md").read_text(encoding="utf-8") == out.getvalue()
