from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from apps.audit.enums import Verb
from apps.audit.models import Act
from apps.core.errors import DomainError
from apps.plans import services
from apps.plans.models import Attachment

HINT = "可附 pdf、docx、xlsx、jpg、png，每个不超过 20 MB，最多 10 个。照片中的拍摄地点等信息会自动清除。"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


def picture(kind):
    """One that has nothing to lose: it comes back as it was sent (tests/core/test_pictures.py has the others)."""
    file, again = BytesIO(), BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, kind, quality=90)
    Image.open(file).save(again, kind, quality="keep")
    return again.getvalue()


PNG, JPG = picture("PNG"), picture("JPEG")


def office(part):
    """The smallest archive that holds an office file's main part."""
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, "<x/>")
    return file.getvalue()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def send(jiaxing, plan, lead, written):
    """Save the draft with files, each (name, content); returns the answer."""
    client = jiaxing.signed_in(lead)

    def save(*files, **changed):
        plan.refresh_from_db()
        uploads = [SimpleUploadedFile(name, content) for name, content in files]
        return client.post(f"/plans/{plan.pk}/edit/", written(uploads=uploads, **changed))

    return save


def test_each_allowed_kind_is_kept_and_comes_back_unchanged(send, plan, jiaxing, officer, lead):
    files = {
        "方案.pdf": PDF,
        "表.xlsx": office("xl/workbook.xml"),
        "文.docx": office("word/document.xml"),
        "图.png": PNG,
        "图.JPG": JPG,
    }
    assert send(*files.items()).status_code == 302

    client = jiaxing.signed_in(lead)
    answers = {each.name: client.get(f"/plans/attachments/{each.pk}/") for each in plan.attachments.all()}

    assert {name: answer.getvalue() for name, answer in answers.items()} == files
    assert {answer["Content-Disposition"].split(";")[0] for answer in answers.values()} == {"attachment"}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("程序.exe", b"MZ" + bytes(64), f"“程序.exe”的类型不能上传。{HINT}"),
        ("无后缀", PDF, f"“无后缀”的类型不能上传。{HINT}"),
        ("空.pdf", b"", "“空.pdf”是空文件，请重新选择。"),
        ("图片.pdf", PNG, "“图片.pdf”的内容与类型不符，可能已损坏或改过扩展名，请用原文件重新上传。"),
        ("网页.png", b"<html></html>", "“网页.png”的内容与类型不符，可能已损坏或改过扩展名，请用原文件重新上传。"),
        ("压缩.docx", office("other.xml"), "“压缩.docx”的内容与类型不符，可能已损坏或改过扩展名，请用原文件重新上传。"),
        ("表格.docx", office("xl/workbook.xml"), "“表格.docx”的内容与类型不符，可能已损坏或改过扩展名，请用原文件重新上传。"),
    ],
)
def test_wrong_file_is_refused_at_its_field_and_nothing_typed_is_lost(send, plan, name, content, sentence):
    answer = send((name, content), ("好.pdf", PDF), goals="还没有保存的目标")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer.context["form"].errors == {"uploads": [sentence]}
    assert "还没有保存的目标" in page
    assert "刚才选择的附件没有上传，请在改好后重新选择。" in page
    assert not plan.attachments.exists()


def test_file_over_20_mb_is_refused(send, plan):
    answer = send(("大.pdf", PDF + bytes(20 * 1024 * 1024)))
    assert answer.context["form"].errors == {"uploads": ["“大.pdf”有 20.0 MB，超过 20 MB，请压缩后再上传。"]}


def test_same_bytes_twice_are_one_attachment(send, plan):
    send(("一.pdf", PDF))
    send(("二.pdf", PDF))
    assert list(plan.attachments.values_list("name", flat=True)) == ["一.pdf"]


def test_eleventh_attachment_is_refused_until_one_is_removed(send, plan):
    send(*((f"{number}.pdf", PDF + bytes([number])) for number in range(10)))
    refused = send(("新.pdf", PDF + b"new"))
    assert refused.context["form"].errors == {"uploads": ["附件最多 10 个，请先移除不需要的附件。"]}

    first = plan.attachments.first()
    send(("新.pdf", PDF + b"new"), remove=[first.pk])

    assert not Attachment.objects.filter(pk=first.pk).exists()
    assert plan.attachments.count() == 10


def test_a_file_that_is_gone_is_not_found(send, plan, jiaxing, lead, caplog):
    send(("方案.pdf", PDF))
    attachment = plan.attachments.get()
    attachment.file.storage.delete(attachment.file.name)

    assert jiaxing.signed_in(lead).get(f"/plans/attachments/{attachment.pk}/").status_code == 404
    assert f"attachment {attachment.pk} has lost its file" in caplog.messages


def test_file_is_seen_only_with_its_plan(send, plan, jiaxing, officer):
    send(("方案.pdf", PDF))
    address = f"/plans/attachments/{plan.attachments.get().pk}/"
    other = jiaxing.person("county_lead", jiaxing.county("海盐县"))

    assert jiaxing.signed_in(other).get(address).status_code == 404
    assert jiaxing.signed_in(officer).get(address).status_code == 404  # a draft is not the city's yet


def test_a_download_is_in_the_log(send, plan, jiaxing, lead):
    send(("方案.pdf", PDF))
    attachment = plan.attachments.get()
    answer = jiaxing.signed_in(lead).get(f"/plans/attachments/{attachment.pk}/")
    assert b"".join(answer.streaming_content) == PDF
    act = Act.objects.of(Verb.DOWNLOAD).get()
    assert (act.user, act.about, act.organization) == (lead.pk, f"{plan}：方案.pdf", plan.organization_id)


def test_files_come_and_go_while_the_draft_is_open(plan, jiaxing, lead, officer):
    client = jiaxing.signed_in(lead)

    def post(**sent):
        return client.post(f"/plans/{plan.pk}/attach/", sent, headers={"X-Autosave": "1"})

    kept = post(uploads=[SimpleUploadedFile("方案.pdf", PDF)])
    assert (kept.status_code, kept.json()["version"]) == (200, 2)
    assert "方案.pdf" in kept.json()["html"]
    wrong = post(uploads=[SimpleUploadedFile("图.pdf", PNG)])
    assert (wrong.status_code, wrong.json()["message"][:16]) == (422, "“图.pdf”的内容与类型不符，")
    attachment = plan.attachments.get()
    assert "方案.pdf" not in post(remove=attachment.pk).json()["html"]
    assert post(remove=attachment.pk).json() == {"message": "附件已经变动，请刷新。"}
    assert jiaxing.signed_in(officer).post(f"/plans/{plan.pk}/attach/").status_code in (403, 404)


def test_no_more_files_than_allowed_come_one_by_one(plan, lead):
    file = SimpleUploadedFile("方案.pdf", PDF)
    with pytest.raises(DomainError, match="附件最多 10 个"):
        services.attach(plan=plan, by=lead, files=[file] * 11)
