"""Makes a clean page worse, as scanners, fax machines and phones do. The same seed makes the same picture."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from integrations.pdf.reading import open_pdf

QUALITIES = ("pdf", "scan", "sideways", "upside_down", "fax", "photo")


def degrade(pdf: bytes, quality: str, *, seed: int) -> tuple[bytes, str]:
    """The file as it would arrive, and its media type. `pdf` leaves it alone."""
    if quality == "pdf":
        return pdf, "application/pdf"
    chance = np.random.default_rng(seed)
    return _MAKERS[quality](pdf, chance)


def picture_of(pdf: bytes, dots: int) -> Image.Image:
    """The first page as a picture."""
    with open_pdf(pdf) as opened:
        return opened.picture(0, dots_per_inch=dots, most_pixels=20_000_000)


def _noisy(picture: Image.Image, chance: np.random.Generator, amount: float) -> Image.Image:
    pixels = np.asarray(picture, dtype=np.float32)
    grain = chance.normal(0, amount, pixels.shape[:2]).astype(np.float32)
    if pixels.ndim == 3:
        grain = grain[:, :, None]
    return Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))


def _as_pdf(picture: Image.Image, dots: int) -> tuple[bytes, str]:
    out = io.BytesIO()
    picture.save(out, "PDF", resolution=dots)
    return out.getvalue(), "application/pdf"


def _scan(pdf: bytes, chance: np.random.Generator) -> tuple[bytes, str]:
    page = picture_of(pdf, 200).convert("L")
    leaning = page.rotate(float(chance.uniform(-2.0, 2.0)), Image.Resampling.BICUBIC, fillcolor=250)
    return _as_pdf(_noisy(leaning.filter(ImageFilter.GaussianBlur(0.6)), chance, 7), 200)


def _sideways(pdf: bytes, chance: np.random.Generator) -> tuple[bytes, str]:
    page = picture_of(pdf, 200).convert("L").rotate(int(chance.choice([90, 270])), expand=True)
    out = io.BytesIO()
    _noisy(page, chance, 6).save(out, "PNG")
    return out.getvalue(), "image/png"


def _upside_down(pdf: bytes, chance: np.random.Generator) -> tuple[bytes, str]:
    page = picture_of(pdf, 200).convert("L").rotate(180)
    return _as_pdf(_noisy(page, chance, 6), 200)


def _fax(pdf: bytes, chance: np.random.Generator) -> tuple[bytes, str]:
    page = picture_of(pdf, 200).convert("L")
    speckled = _noisy(page.filter(ImageFilter.GaussianBlur(0.5)), chance, 22).point(
        lambda value: 255 if value > 150 else 0
    )
    out = io.BytesIO()
    speckled.convert("1").save(out, "TIFF", compression="group4", dpi=(204, 196))
    return out.getvalue(), "image/tiff"


def _photo(pdf: bytes, chance: np.random.Generator) -> tuple[bytes, str]:
    page = picture_of(pdf, 190).convert("RGB")
    desk = Image.new("RGB", (int(page.width * 1.16), int(page.height * 1.12)), (118, 92, 66))
    desk.paste(page, (int(page.width * 0.08), int(page.height * 0.06)))
    turned = desk.rotate(float(chance.uniform(-5, 5)), Image.Resampling.BICUBIC, fillcolor=(110, 88, 64))
    pixels = np.asarray(turned, dtype=np.float32)
    high, wide = pixels.shape[:2]
    across = np.linspace(1.0, float(chance.uniform(0.45, 0.7)), wide, dtype=np.float32)
    down = np.linspace(1.0, float(chance.uniform(0.7, 0.95)), high, dtype=np.float32)
    lit = pixels * across[None, :, None] * down[:, None, None] * np.array([1.0, 0.96, 0.86], dtype=np.float32)
    out = io.BytesIO()
    blurred = Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))
    _noisy(blurred, chance, 5).save(out, "JPEG", quality=72)
    return out.getvalue(), "image/jpeg"


_MAKERS: dict[str, Callable[[bytes, np.random.Generator], tuple[bytes, str]]] = {
    "scan": _scan,
    "sideways": _sideways,
    "upside_down": _upside_down,
    "fax": _fax,
    "photo": _photo,
}
