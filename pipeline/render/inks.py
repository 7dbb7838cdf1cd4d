"""Colours of the screen as the four inks of a press: computed from its profile by Little CMS.

The way is the relative colorimetric one with black point compensation (ISO 18619): paper stays paper, and the darkest
colour of the screen becomes the darkest of the press. Black goes another way. Set in four inks, small type has
coloured edges as soon as one plate is a hair out of place; so black, and what the eye takes for it, is black ink alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import TypeAlias

from PIL import Image, ImageCms

Ink: TypeAlias = tuple[float, float, float, float]
"""Cyan, magenta, yellow and black, each from 0 for none to 1."""

SCREEN_PROFILE = "sRGB2014.icc"  # of the International Color Consortium, which comes with the layout engine
PAPER: Ink = (0.0, 0.0, 0.0, 0.0)
BLACK: Ink = (0.0, 0.0, 0.0, 1.0)

_DARK = 48  # of 255: the brightest channel of what the eye takes for black
_GREY = 12  # of 255, by which its channels differ
_KNOWN = 4096  # colours


def screen_profile() -> bytes:
    """The profile of the colours that reports are written in, sRGB."""
    return (files("weasyprint") / "pdf" / SCREEN_PROFILE).read_bytes()


class Inks:
    """The inks of a press.

    Args:
        profile: an ICC profile of the class "prtr" for CMYK.

    Raises:
        ValueError: when colours cannot be computed from the profile; the message says why.
    """

    def __init__(self, profile: bytes) -> None:
        self.profile = profile
        try:
            press = ImageCms.ImageCmsProfile(BytesIO(profile))
            self._way = ImageCms.buildTransform(
                ImageCms.ImageCmsProfile(BytesIO(screen_profile())),
                press,
                "RGB",
                "CMYK",
                ImageCms.Intent.RELATIVE_COLORIMETRIC,
                ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
            self.name = " ".join(ImageCms.getProfileDescription(press).split())
        except (ImageCms.PyCMSError, OSError, TypeError) as error:
            raise ValueError(str(error)) from error
        self._computed: Callable[[tuple[int, int, int]], Ink] = lru_cache(_KNOWN)(self._compute)

    def __reduce__(self) -> tuple[type[Inks], tuple[bytes]]:
        """What Little CMS holds cannot be handed to another process; it is made there once more."""
        return Inks, (self.profile,)

    def of(self, red: float, green: float, blue: float) -> Ink:
        """The inks of a colour, whose channels are from 0 to 1."""
        channels = [max(0, min(255, round(255 * channel))) for channel in (red, green, blue)]
        if min(channels) == 255:
            return PAPER
        if max(channels) <= _DARK and max(channels) - min(channels) <= _GREY:
            return BLACK
        return self._computed((channels[0], channels[1], channels[2]))

    def of_picture(self, picture: Image.Image) -> Image.Image:
        """A picture of dots in four inks; its blacks are what the profile makes of them."""
        inked = ImageCms.applyTransform(picture.convert("RGB"), self._way)
        assert inked is not None, "a picture is made, and none is changed in its place"
        return inked

    def _compute(self, colour: tuple[int, int, int]) -> Ink:
        cyan, magenta, yellow, black = self.of_picture(Image.new("RGB", (1, 1), colour)).tobytes()
        return cyan / 255, magenta / 255, yellow / 255, black / 255
