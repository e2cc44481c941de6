import gzip

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse, HttpResponse

from apps.core.middleware import CompressMiddleware


def answer(rf, response):
    return CompressMiddleware(lambda request: response)(rf.get("/", headers={"Accept-Encoding": "gzip"}))


def test_pages_travel_compressed(rf):
    page = answer(rf, HttpResponse("统筹城乡队建" * 200))
    assert page["Content-Encoding"] == "gzip"
    assert gzip.decompress(page.content).decode() == "统筹城乡队建" * 200


def test_attachments_keep_their_bytes_and_length(rf):
    content = b"%PDF-1.7\n" + bytes(5000)
    file = answer(rf, FileResponse(SimpleUploadedFile("a.pdf", content), content_type="application/pdf"))
    assert (file.has_header("Content-Encoding"), file["Content-Length"]) == (False, "5009")
