"""What a service says where it refuses a request, as one sentence: each service has its own place for it."""

import json
import re
from typing import Any

LONGEST = 300
# Banco Central, FRED, problem+json of the ECB, Yahoo's chart.error, Frankfurter; the first that is there.
SAID = ("error_message", "Descripcion", "detail", "description", "message", "title")


def refusal_text(body: str) -> str:
    """The sentence in a refusal's JSON or, where it has none, its text without tags, cut at LONGEST.

    >>> refusal_text('{"title": "Not Found", "status": 404, "detail": "No results found."}')
    'No results found.'
    >>> refusal_text("<html><body><h1>503</h1> try  later</body></html>")
    '503 try later'
    """
    try:
        said = _sentence(json.loads(body))
    except (ValueError, RecursionError):
        said = None
    attribute = re.search(r'\bmessage="([^"]+)"', body)  # FRED's, where it answers in XML
    said = said or (attribute.group(1) if attribute else None)
    text = said or re.sub(r"<[^<>]{0,200}>", " ", body)
    return " ".join(text.split())[:LONGEST]


def _sentence(content: Any) -> str | None:
    if not isinstance(content, dict):
        return None
    found = [content[key] for key in SAID if isinstance(content.get(key), str) and content[key].strip()]
    inner = (_sentence(value) for value in content.values())
    return found[0] if found else next((sentence for sentence in inner if sentence), None)
