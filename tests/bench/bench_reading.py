"""How well and how fast documents are read: precision and recall on layouts that the reader was not made with, and pages a second.

Precision is the share of what was read that is right, recall the share of what is there that was read right. Kinds and fields are
scored over every held-out layout in six qualities: the PDF itself, a scan, a scan on its side, one upside down, a fax and a photo.
Speed: scanned pages by one and by two processes, each with Tesseract under it, against bare Tesseract on the same pages upright.
"""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

from PIL import Image

from integrations.reading.fields import extract
from integrations.reading.files import read_pages
from integrations.reading.kinds import classify
from integrations.reading.ocr import tesseract_words
from tests.samples.reading.drawing import Drawn
from tests.samples.reading.evaluation import Result, Score, by_field, by_kind, read_sample, samples, seed_of
from tests.samples.reading.quality import QUALITIES, degrade, picture_of
from tests.samples.reading.wordings_held_out import HELD_OUT

SPEED_PAGES = 12
SURE = 0.7


def say(**line: object) -> None:
    """One JSON line."""
    print(json.dumps(line))


def totals(scores: dict[str, Score]) -> Score:
    """All fields together."""
    return Score(
        sum(score.right for score in scores.values()),
        sum(score.wrong for score in scores.values()),
        sum(score.missed for score in scores.values()),
    )


def say_quality(results: Sequence[Result]) -> None:
    """Precision and recall by kind, by field, by quality of the picture, and by how sure the reader was."""
    for kind, score in by_kind(results).items():
        say(bench="reading_kind", kind=kind, **{name: round(value, 3) for name, value in score.items()})
    for name, found in sorted(by_field(results).items()):
        sure = by_field(results, at_least=SURE)[name]
        say(
            bench="reading_field",
            field=name,
            values=found.right + found.wrong + found.missed,
            precision=round(found.precision, 3),
            recall=round(found.recall, 3),
            precision_when_sure=round(sure.precision, 3),
            recall_when_sure=round(sure.recall, 3),
        )
    for quality in (*QUALITIES, "all"):
        chosen = [result for result in results if quality in ("all", result.quality)]
        every = totals(by_field(chosen))
        say(
            bench="reading_quality",
            quality=quality,
            files=len(chosen),
            kinds_right=round(sum(result.kind == result.read_kind for result in chosen) / len(chosen), 3),
            field_precision=round(every.precision, 3),
            field_recall=round(every.recall, 3),
        )


def bare(file: tuple[bytes, bytes]) -> int:
    """Tesseract alone, on the upright page: what any reader of scans has to pay."""
    with Image.open(io.BytesIO(file[1])) as upright:
        return len(tesseract_words(upright))


def read_scan(file: tuple[bytes, bytes]) -> int:
    """Our whole way from the bytes of a leaning scan: render, light, turn, straighten, recognize, classify, extract, preview."""
    pages = [read.page for read in read_pages(file[0], "application/pdf")]
    guess = next(iter(classify(pages)), None)
    return len(extract(pages, guess.kind)) if guess else 0


def speed_files(drawn: Sequence[Drawn]) -> list[tuple[bytes, bytes]]:
    """Each page as a scan, and upright as bare Tesseract gets it."""
    files = []
    for sample in drawn:
        scan, _ = degrade(sample.pdf, "scan", seed=seed_of(sample.name, "scan"))
        upright = io.BytesIO()
        picture_of(sample.pdf, 210).convert("L").save(upright, "PNG")
        files.append((scan, upright.getvalue()))
    return files


def pages_a_second(
    work: Callable[[tuple[bytes, bytes]], int], files: Sequence[tuple[bytes, bytes]], processes: int
) -> tuple[float, float]:
    """Pages a second, and how many cores were busy with it, Tesseract included."""
    busy = sum(os.times()[2:4])
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(os.getenv, ["HOME"] * processes))
        began = time.perf_counter()
        list(pool.map(work, files))
        took = time.perf_counter() - began
    return len(files) / took, (sum(os.times()[2:4]) - busy) / took


def say_speed(drawn: Sequence[Drawn]) -> None:
    """Pages a second with one and with two workers, and of bare Tesseract in the same run."""
    files = speed_files(drawn)
    reference, _ = pages_a_second(bare, files, 1)
    one, one_busy = pages_a_second(read_scan, files, 1)
    two, two_busy = pages_a_second(read_scan, files, 2)
    say(
        bench="reading_speed",
        pages_per_s_one_worker=round(one, 3),
        cores_busy_one_worker=round(one_busy, 2),
        pages_per_s_two_workers=round(two, 3),
        cores_busy_two_workers=round(two_busy, 2),
        speedup=round(two / one, 2),
        reference="bare tesseract on the upright page, one process",
        reference_pages_per_s=round(reference, 3),
        ratio=round(one / reference, 3),
    )


def main() -> None:
    """Read everything, print what came out, and measure the speed."""
    drawn = samples(HELD_OUT, "held")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(read_sample, [(sample, quality) for sample in drawn for quality in QUALITIES]))
    say_quality(results)
    say_speed(drawn[:SPEED_PAGES])
