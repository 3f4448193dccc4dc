"""Text in pictures, by Tesseract as a process of its own: bounded in pixels and seconds, one thread, and last in the queue for the CPU."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from integrations.reading.imaging import evenly_lit, skew_of, straightened
from integrations.reading.page import Box, Page, Word

PAGE_SECONDS = 60
_LEAST_CONFIDENCE = 15
_SURE_ENOUGH = 0.62
_SPARSE = 11
_COMMON = re.compile(r"[A-Za-z]{3,}|\d{2,}")


class NoTesseract(Exception):
    """Tesseract is not installed here: only files with text of their own can be read."""


@dataclass(frozen=True, slots=True)
class Recognized:
    """A page as recognized, and its picture upright and straight: what the words' boxes refer to."""

    page: Page
    picture: Image.Image


def has_tesseract() -> bool:
    """Whether text in pictures can be recognized on this machine."""
    return shutil.which("tesseract") is not None


def recognize(picture: Image.Image, *, number: int = 1, seconds: int = PAGE_SECONDS) -> Recognized:
    """Read one picture, whichever way it was scanned. Raises `NoTesseract`, and `TimeoutError` when it takes longer than `seconds`."""
    grey = evenly_lit(picture)
    if not _has_ink(grey):
        return Recognized(Page(number, grey.width, grey.height, (), "none"), grey)
    best: tuple[float, int, float, tuple[Word, ...]] | None = None
    for turn in _turns(grey, seconds):
        turned = grey.rotate(turn, expand=True) if turn else grey
        skew = skew_of(turned)
        straight = straightened(turned, skew)
        words = tesseract_words(straight, seconds=seconds)
        score = legibility(words) if _lie_level(words, straight) else 0.0
        if best is None or score > best[0]:
            best = (score, turn, skew, words)
        if score >= _SURE_ENOUGH:
            break
    assert best is not None  # noqa: S101 - `_turns` yields at least one
    _, turn, skew, words = best
    straight = straightened(grey.rotate(turn, expand=True) if turn else grey, skew)
    if sum(len(word.text) for word in words) < 60:
        sparse = tesseract_words(straight, seconds=seconds, layout=_SPARSE)
        words = sparse if legibility(sparse) * len(sparse) > legibility(words) * len(words) else words
    engine = "ocr" if words else "none"
    page = Page(number, straight.width, straight.height, words, engine, turn, skew)
    return Recognized(page, straight)


def _has_ink(grey: Image.Image) -> bool:
    """False for a page of nothing but paper and grain: less dark than a line of small print needs."""
    small = grey.resize((max(1, grey.width // 3), max(1, grey.height // 3)), Image.Resampling.BOX)
    return sum(small.histogram()[:110]) > 60


def _turns(grey: Image.Image, seconds: int) -> Iterator[int]:
    """In which order to try the four ways that a page can lie, in degrees counterclockwise.

    As it came first: most pages lie upright, and Tesseract's own look at the orientation costs more than reading. Only when that
    reads badly it is asked.
    """
    yield 0
    said = _orientation(grey, seconds)
    if said:
        yield said
    wide = grey.width > grey.height
    yield from (turn for turn in ((90, 270, 180) if wide else (180, 90, 270)) if turn != said)


def _orientation(grey: Image.Image, seconds: int) -> int | None:
    small = grey.copy()
    small.thumbnail((1500, 1500), Image.Resampling.BILINEAR)
    said = _run(small, ["--psm", "0"], seconds)
    turn = re.search(r"Orientation in degrees: (\d+)", said)
    sure = re.search(r"Orientation confidence: ([\d.]+)", said)
    if not turn or not sure or float(sure.group(1)) < 0.8:
        return None
    return int(turn.group(1)) % 360


def _lie_level(words: tuple[Word, ...], picture: Image.Image) -> bool:
    """False when most words stand upright: Tesseract reads lines on their side as well, but their places are then on their side."""
    long_words = [word.box for word in words if len(word.text) >= 4]
    level = sum((box.right - box.left) * picture.width > (box.bottom - box.top) * picture.height for box in long_words)
    return level * 2 >= len(long_words)


def legibility(words: tuple[Word, ...]) -> float:
    """From 0 to 1: what share of the letters stand in words that look like words, weighted by how sure they are."""
    total = sum(len(word.text) for word in words)
    if total < 6:
        return 0.0
    return sum(len(word.text) * word.confidence for word in words if _COMMON.search(word.text)) / total


def tesseract_words(picture: Image.Image, *, seconds: int = PAGE_SECONDS, layout: int = 3) -> tuple[Word, ...]:
    """The words of a picture in Tesseract's order. Raises `NoTesseract`, `TimeoutError`."""
    table = _run(picture, ["--psm", str(layout), "-l", "eng", "tsv"], seconds)
    found = []
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row.get("text") or "").strip()
        if row.get("level") != "5" or not text or float(row["conf"]) < _LEAST_CONFIDENCE:
            continue
        left, top = int(row["left"]), int(row["top"])
        right, bottom = left + int(row["width"]), top + int(row["height"])
        if not re.search(r"\w", text) and len(text) < 3 and text not in "-–—/:$#&":
            continue
        box = Box(left / picture.width, top / picture.height, right / picture.width, bottom / picture.height)
        found.append(Word(text, box, float(row["conf"]) / 100))
    return tuple(found)


def _run(picture: Image.Image, options: list[str], seconds: int) -> str:
    program = shutil.which("tesseract")
    if program is None:
        raise NoTesseract("Tesseract is not installed here")
    nice = ["nice", "-n", "10"] if shutil.which("nice") else []
    sent = io.BytesIO()
    picture.save(sent, "PPM")
    dots = ["--dpi", "200"]
    layout, rest = options[:2], options[2:]
    try:
        done = subprocess.run(
            [*nice, program, "stdin", "stdout", *dots, *layout, *rest],
            input=sent.getvalue(),
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"recognizing a page took longer than {seconds} seconds") from error
    return done.stdout.decode("utf-8", errors="replace")
