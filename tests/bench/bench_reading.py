"""How well and how fast documents are read: precision and recall on layouts that the reader was not made with, and pages a second.

Precision is the share of what was read that is right, recall the share of what is there that was read right. Kinds and fields are
scored over every held-out layout in six qualities: the PDF itself, a scan, a scan on its side, one upside down, a fax and a photo.
Speed: scanned pages by one and by two processes, each with Tesseract under it, against bare Tesseract on the same pages upright.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

from integrations.reading.ocr import tesseract_words
from tests.samples.reading.drawing import Drawn
from tests.samples.reading.evaluation import Result, Score, by_field, by_kind, read_sample, samples
from tests.samples.reading.quality import QUALITIES, picture_of
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


def bare(sample: Drawn) -> int:
    """Tesseract alone, on the upright page: what any reader of scans has to pay."""
    return len(tesseract_words(picture_of(sample.pdf, 200).convert("L")))


def read_scan(sample: Drawn) -> int:
    """Our whole way: straighten, recognize, classify, extract."""
    return len(read_sample((sample, "scan")).read)


def pages_a_second(work: Callable[[Drawn], int], pages: Sequence[Drawn], processes: int) -> tuple[float, float]:
    """Pages a second, and the share of `processes` cores that was busy, children included."""
    with ProcessPoolExecutor(processes) as pool:
        busy, began = sum(os.times()[2:4]), time.perf_counter()
        list(pool.map(work, pages))
        took = time.perf_counter() - began
    used = sum(os.times()[2:4]) - busy
    return len(pages) / took, used / took / processes


def main() -> None:
    """Read everything, print what came out, and measure the speed."""
    drawn = samples(HELD_OUT, "held")
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(read_sample, [(sample, quality) for sample in drawn for quality in QUALITIES]))
    say_quality(results)
    pages = drawn[:SPEED_PAGES]
    reference, _ = pages_a_second(bare, pages, 1)
    one, _ = pages_a_second(read_scan, pages, 1)
    two, busy = pages_a_second(read_scan, pages, 2)
    say(
        bench="reading_speed",
        pages_per_s_one_worker=round(one, 3),
        pages_per_s_two_workers=round(two, 3),
        speedup=round(two / one, 2),
        cores_busy=round(busy * 2, 2),
        reference="bare tesseract, one process",
        reference_pages_per_s=round(reference, 3),
        ratio=round(one / reference, 3),
    )
