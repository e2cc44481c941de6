"""The circular's own targets (§3.2): later years hold to them until somebody sets others."""

from typing import Any

from django.db import migrations

TARGETS = {
    "organization": {2012: 50, 2013: 80},
    "rooms": {2012: 80, 2013: 100},
    "supervision_measures": {2012: 100},
    "supervision_body": {2012: 100},
    "supervision_inspection": {2012: 100},
}


def seed(apps: Any, schema_editor: Any) -> None:
    target = apps.get_model("coverage", "Target")
    target.objects.using(schema_editor.connection.alias).bulk_create(
        target(indicator=indicator, year=year, percent=percent)
        for indicator, by_year in TARGETS.items()
        for year, percent in by_year.items()
    )


class Migration(migrations.Migration):
    # History is written from the first row on, by a function that comes with pghistory.
    dependencies = [("coverage", "0001_initial"), ("pghistory", "0007_auto_20250421_0444")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
