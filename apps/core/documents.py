"""Papers: a template with words becomes a PDF. The one place that knows WeasyPrint.

Nothing is ever fetched, from the network or from the disk: the style sheet is handed over as text, the letters come from the system's
fonts and are embedded. The PDF is tagged, so that a screen reader finds headings and tables.
"""

from functools import cache
from typing import Any, Never

from django.conf import settings
from django.template.loader import render_to_string

from apps.core.errors import DomainError

PDF = "application/pdf"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
SHEET = settings.BASE_DIR / "static" / "documents" / "sheet.css"


def pdf(template: str, context: dict[str, Any]) -> bytes:
    """The template as a PDF. Raises DomainError where the machine lacks the libraries that set type; the portal runs without them."""
    try:
        from weasyprint import CSS, HTML
    except OSError as error:
        raise DomainError(f"服务器缺少排版组件，暂时不能生成 PDF，请先导出表格；系统管理员可安装：apt-get install {PACKAGES}") from error
    from weasyprint.urls import FatalURLFetchingError

    fetcher = _nothing()
    sheet = CSS(string=SHEET.read_text(encoding="utf-8"), url_fetcher=fetcher)
    page = HTML(string=render_to_string(template, context), url_fetcher=fetcher)
    try:
        return page.write_pdf(stylesheets=[sheet], pdf_tags=True)
    except FatalURLFetchingError as error:  # one that passes every `except Exception` on its way
        raise ValueError(str(error)) from None


@cache
def _nothing() -> Any:
    """What WeasyPrint asks for every address in a page: refuses all, and the paper with it."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class Nothing(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Never:
            raise FatalURLFetchingError(f"a paper fetches nothing: {url}")

    return Nothing()
