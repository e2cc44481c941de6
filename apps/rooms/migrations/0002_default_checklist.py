"""The checklist the portal starts with. A city that asks for more adds a newer one; rooms keep the checklist they were begun under."""

from datetime import date
from decimal import Decimal

from django.db import migrations

FROM = date(2012, 1, 1)  # the first year for which the circular sets a target (§3.2.3)
ITEMS = (
    ("furniture", "table_and_chairs", "会议桌椅", True),
    ("furniture", "drum_cabinet", "鼓号柜（架）", True),
    ("furniture", "file_cabinet", "资料柜", True),
    ("furniture", "flag_rack", "旗架", True),
    ("instruments", "drums", "队鼓", True),
    ("instruments", "bugles", "队号", True),
    ("instruments", "flags", "大队旗、中队旗", True),
    ("charts", "emblem", "队徽", True),
    ("charts", "call", "呼号", True),
    ("charts", "song", "队歌", True),
    ("charts", "oath", "入队誓词", True),
    ("charts", "history", "队史图表", True),
    ("records", "archives", "工作档案", True),
    ("records", "results", "活动成果展示", True),
    ("records", "honours", "光荣簿", False),
)


def add(apps, schema_editor):
    checklists = apps.get_model("rooms", "Checklist").objects.using(schema_editor.connection.alias)
    items = apps.get_model("rooms", "ChecklistItem").objects.using(schema_editor.connection.alias)
    checklist = checklists.create(
        title="规范队室基本标准",
        source="《少先队辅导员工作纲要（试行）》对队室的要求；各地另有更高标准的，可另设标准",
        effective_from=FROM,
        min_area=Decimal(10),
    )
    items.bulk_create(
        items.model(checklist=checklist, position=position, group=group, key=key, label=label, required=required)
        for position, (group, key, label, required) in enumerate(ITEMS, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("rooms", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
