"""The one file inside a published ZIP archive."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from integrations.sourcefile.problems import BrokenFile, FileTooLarge

_CHUNK_BYTES = 1024 * 1024
_MOST_COMPRESSED = 200


def only_member(path: Path, target: Path, *, suffix: str, max_bytes: int) -> Path:
    """Write the archive's one file that ends in `suffix` to `target` and return it; a file that is no archive is returned itself.

    Raises:
        BrokenFile: damaged, encrypted, or not exactly one such file.
        FileTooLarge: it would unpack to more than `max_bytes`, or to more than 200 times its size.
    """
    if not zipfile.is_zipfile(path):
        return path
    try:
        with zipfile.ZipFile(path) as archive:
            found = [entry for entry in archive.infolist() if entry.filename.lower().endswith(suffix)]
            if len(found) != 1:
                raise BrokenFile(f"The archive holds {len(found)} files ending in {suffix}; it must be one.")
            entry = found[0]
            limit = min(max_bytes, max(entry.compress_size, 1024) * _MOST_COMPRESSED)
            written = 0
            with archive.open(entry) as stream, target.open("wb") as out:
                while chunk := stream.read(_CHUNK_BYTES):
                    written += len(chunk)
                    if written > limit:
                        raise FileTooLarge(f"The archive unpacks to more than {limit:,} bytes; that cannot be right.")
                    out.write(chunk)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise BrokenFile("The archive is damaged or needs a password.") from error
    return target
