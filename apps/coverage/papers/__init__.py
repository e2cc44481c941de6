"""The year's bulletin (覆盖情况通报) as the office may issue it: what it says, and the PDF on the official sheet (GB/T 9704-2012).

It is a draft: without red head, number, seal or date. Whoever issues it adds those.
"""

from apps.core import documents
from apps.coverage.papers.bulletin import Bulletin, written
from apps.coverage.papers.reading import Reading, read

__all__ = ["Bulletin", "Reading", "pdf", "read", "written"]


def pdf(bulletin: Bulletin) -> bytes:
    """Raises DomainError where the machine sets no type."""
    return documents.pdf("coverage/papers/bulletin.html", {"paper": bulletin}, sheet=documents.OFFICIAL)
