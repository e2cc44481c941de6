"""Papers: a template with words becomes a PDF. The one place that knows WeasyPrint.

Nothing is ever fetched, from the network or from the disk: the style sheet is handed over as text, the letters come from the system's
fonts, else from the wheel's, and are embedded. The PDF is tagged, so that a screen reader finds headings and tables.

Two sheets: PLAIN for lists, receipts and reports, and OFFICIAL (GB/T 9704-2012) for what an office writes to another.
"""

import gc
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from apps.core.documents import fonts
from apps.core.errors import DomainError

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
SHEETS = settings.BASE_DIR / "static" / "documents"
PLAIN, OFFICIAL = SHEETS / "sheet.css", SHEETS / "gbt9704.css"


def pdf(template: str, context: dict[str, Any], *, sheet: Path = PLAIN, first_page: int = 1) -> bytes:
    """The template as a PDF, its pages numbered from `first_page`. Raises DomainError where the machine lacks the libraries that set type;
    the portal runs without them."""
    try:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
    except OSError as error:
        raise DomainError(f"服务器缺少排版组件，暂时不能生成 PDF，请先导出表格；系统管理员可安装：apt-get install {PACKAGES}") from error
    from weasyprint.urls import FatalURLFetchingError

    fetcher, known = _ours_only(), FontConfiguration()
    start = f"@page :first {{ counter-reset: page {first_page}; }}" if first_page > 1 else ""
    styles = f"{sheet.read_text(encoding='utf-8')}\n{fonts.rules()}\n{start}"
    sheets = [CSS(string=styles, url_fetcher=fetcher, font_config=known)]
    page = HTML(string=render_to_string(template, context), url_fetcher=fetcher)
    try:
        return page.write_pdf(stylesheets=sheets, font_config=known, pdf_tags=True)
    except FatalURLFetchingError as error:  # one that passes every `except Exception` on its way
        raise ValueError(str(error)) from None
    finally:
        del page, sheets, known
        gc.collect()  # a paper leaves its faces behind in circles, some 70 MB each


@cache
def _ours_only() -> Any:
    """What WeasyPrint asks for every address in a page: refuses all but our own faces, and the paper with it."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class Ours(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if (face := fonts.read(url)) is None:
                raise FatalURLFetchingError(f"a paper fetches nothing: {url}")
            return URLFetcherResponse(url, face)

    return Ours()
