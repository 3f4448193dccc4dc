"""Files that an authority publishes: fetched to disk, checked exactly, read row by row.

`download` streams a file with limits and asks only for what changed since (ETag, Last-Modified). A `Layout` says which header a file
must have, to the letter; `check` reads the whole file and names what is different. Every defect is a `SourceFileError` in words
that a person can act on. No database, no clinic.
"""

from integrations.sourcefile.archive import only_member
from integrations.sourcefile.download import Downloaded, download
from integrations.sourcefile.layout import FileFacts, Layout, check, check_header, read_rows
from integrations.sourcefile.problems import (
    BrokenFile,
    FileTooLarge,
    HeaderChanged,
    SourceDown,
    SourceFileError,
    SourceRefused,
)

__all__ = [
    "BrokenFile",
    "Downloaded",
    "FileFacts",
    "FileTooLarge",
    "HeaderChanged",
    "Layout",
    "SourceDown",
    "SourceFileError",
    "SourceRefused",
    "check",
    "check_header",
    "download",
    "only_member",
    "read_rows",
]
