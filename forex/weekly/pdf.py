"""The page as PDF, by WeasyPrint where it is installed: it is an extra, and needs Pango from the system."""

from forex.core.errors import UsageError

INSTALL = "`pip install weasyprint` and the system's Pango (libpango-1.0-0, libpangoft2-1.0-0) make it possible"


class NoPdf(UsageError):
    """WeasyPrint, or what it needs, is not there."""


def pdf(html: str) -> bytes:
    """The PDF of a page that needs nothing from outside, and gets nothing.  Raises NoPdf saying what is missing."""
    try:
        import weasyprint
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:  # OSError: the package is there and Pango is not
        reason = " ".join(str(error).split())[:120]
        raise NoPdf(f"no PDF: WeasyPrint does not start ({reason}); {INSTALL}") from error
    return bytes(weasyprint.HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=())).write_pdf() or b"")
