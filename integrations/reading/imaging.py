"""Pictures made fit for reading: upright, straight, evenly lit. All of it bounded in pixels."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

MOST_PIXELS = 60_000_000
"""More than any phone's camera makes at its default; beyond it a file is taken for a decompression bomb."""
WORKING_SIDE = 2300
"""Pixels of the longer side on which text is recognized: letter paper at about 210 dots an inch."""
_LONGEST_PREVIEW = 1500
_SEARCHED_DEGREES = 7.0

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class UnreadablePicture(Exception):
    """The file is no picture that can be read; the text says why, after the file's name."""


def frames(content: bytes, *, most: int) -> Iterator[Image.Image]:
    """The pictures in an image file, upright as their camera noted, at most `most` of them. Raises `UnreadablePicture`."""
    try:
        with Image.open(io.BytesIO(content)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise UnreadablePicture(
                    f"has {opened.width} × {opened.height} pixels, more than can be read; send it smaller"
                )
            for number in range(min(getattr(opened, "n_frames", 1), most)):
                opened.seek(number)
                yield _working_copy(opened)
    except Image.DecompressionBombError as error:
        raise UnreadablePicture("has more pixels than can be read; send it smaller") from error
    except UnidentifiedImageError as error:
        raise UnreadablePicture("is no picture that can be opened") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise UnreadablePicture("is damaged or was cut off") from error


def frame_count(content: bytes) -> int:
    """How many pictures an image file holds. Raises `UnreadablePicture`."""
    try:
        with Image.open(io.BytesIO(content)) as opened:
            return int(getattr(opened, "n_frames", 1))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadablePicture("is no picture that can be opened") from error


def _working_copy(opened: Image.Image) -> Image.Image:
    opened.draft("RGB", (WORKING_SIDE, WORKING_SIDE)) if opened.format == "JPEG" else None
    upright = ImageOps.exif_transpose(opened)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        ground = Image.new("RGBA", upright.size, "white")
        ground.alpha_composite(upright.convert("RGBA"))
        upright = ground
    return fit(upright.convert("RGB"), WORKING_SIDE)


def fit(picture: Image.Image, side: int) -> Image.Image:
    """The picture with its longer side at most `side` pixels; small ones are doubled, because small letters are not recognized."""
    longest = max(picture.size)
    if longest > side:
        ratio = side / longest
    elif longest < side * 0.55:
        ratio = min(2.0, side * 0.75 / longest)
    else:
        return picture
    size = (max(1, round(picture.width * ratio)), max(1, round(picture.height * ratio)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def evenly_lit(picture: Image.Image) -> Image.Image:
    """Grey, with shadows and the paper's own color taken away, and the ink made dark."""
    grey = picture.convert("L")
    small = grey.resize((max(8, grey.width // 16), max(8, grey.height // 16)), Image.Resampling.BOX)
    paper = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(3))
    ground = np.asarray(paper.resize(grey.size, Image.Resampling.BILINEAR), dtype=np.float32)
    ink = np.asarray(grey, dtype=np.float32) / np.maximum(ground, 24.0)
    dark = min(float(np.percentile(ink, 0.5)), 0.4)  # a page with little on it has no dark percentile
    stretched = (ink - dark) / (0.9 - dark)
    return Image.fromarray((np.clip(stretched, 0.0, 1.0) * 255).astype(np.uint8))


def skew_of(grey: Image.Image) -> float:
    """By how many degrees the lines of a page lean, counterclockwise positive: where its rows of ink are most distinct."""
    small = grey.copy()
    small.thumbnail((900, 900), Image.Resampling.BILINEAR)
    pixels = np.asarray(small)
    ink = Image.fromarray(((pixels < min(160, int(pixels.mean()) - 25)) * 255).astype(np.uint8))
    if np.asarray(ink).mean() < 0.4:
        return 0.0

    def distinct(angle: float) -> float:
        rows = np.asarray(ink.rotate(angle, Image.Resampling.NEAREST), dtype=np.float32).sum(axis=1)
        return float(np.square(np.diff(rows)).sum())

    coarse = np.arange(-_SEARCHED_DEGREES, _SEARCHED_DEGREES + 0.01, 0.5)
    best = max(coarse, key=lambda angle: distinct(float(angle)))
    fine = np.arange(best - 0.4, best + 0.41, 0.1)
    best = max(fine, key=lambda angle: distinct(float(angle)))
    return -float(round(best, 1)) if distinct(float(best)) > 1.05 * distinct(0.0) else 0.0


def straightened(picture: Image.Image, skew: float) -> Image.Image:
    """The picture turned back by its skew; what turns in from outside is white."""
    if abs(skew) < 0.25:
        return picture
    white: int | tuple[int, int, int] = 255 if picture.mode == "L" else (255, 255, 255)
    return picture.rotate(-skew, Image.Resampling.BICUBIC, expand=False, fillcolor=white)


def preview_png(picture: Image.Image) -> bytes:
    """A PNG of the page for a browser: 1,500 pixels at most, and 32 colors, which keeps scans below a few hundred kilobytes."""
    shown = picture.copy()
    shown.thumbnail((_LONGEST_PREVIEW, _LONGEST_PREVIEW), Image.Resampling.LANCZOS)
    colors = 16 if shown.mode == "L" else 32
    out = io.BytesIO()
    shown.quantize(colors).save(out, "PNG", optimize=False)
    return out.getvalue()
