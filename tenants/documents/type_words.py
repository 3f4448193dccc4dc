"""Types of files in the words of people, for reasons and for pages."""

from __future__ import annotations

from integrations.filetypes import ACCEPTED, DOCX, JSON, PDF, UNKNOWN, X12, XLSX

_WORDS = {
    PDF: "a PDF",
    "image/png": "a PNG picture",
    "image/jpeg": "a JPEG picture",
    "image/heic": "a HEIC picture",
    "image/tiff": "a TIFF picture",
    DOCX: "a Word document",
    XLSX: "an Excel workbook",
    "text/csv": "a CSV table",
    "text/tab-separated-values": "a table with tabs",
    "text/plain": "plain text",
    X12: "an X12 file",
    JSON: "a JSON file",
}


def type_words(media_type: str) -> str:
    """A media type with its article, as in "a PDF"; one without a word of its own stays as it is."""
    return _WORDS.get(media_type, media_type)


def not_what_it_says(detected: str, declared: str, filename: str) -> str:
    """Why a file whose content differs from its name or its declared type is refused: "it is plain text, not a PDF"."""
    announced = _announced(detected, declared, filename)
    if detected == UNKNOWN:
        return f"it is not {announced}"
    return f"it is {type_words(detected)}, not {announced}"


def _announced(detected: str, declared: str, filename: str) -> str:
    """What the name says, or the declared type when the name agrees with the content or says nothing."""
    name = filename.lower()
    by_name = next((kind for kind, endings in ACCEPTED.items() if name.endswith(endings)), None)
    declared_type = declared.split(";")[0].strip().lower()
    for media_type in (by_name, declared_type):
        if media_type in _WORDS and media_type != detected:
            return _WORDS[media_type]
    return "what its name says"
