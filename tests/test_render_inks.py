"""The edition for printers in four inks: colours, gradients, pictures and masks, read back from the file."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image, ImageCms

from pipeline.cache import Cache
from pipeline.checks import CheckState
from pipeline.cli import press
from pipeline.diagnostics import Findings
from pipeline.document import Asset, Document
from pipeline.render.forms import PRINT_FORM, Design
from pipeline.render.four_inks import set_in_inks
from pipeline.render.inks import BLACK, PAPER, Inks, screen_profile
from pipeline.render.paper import for_paper
from pipeline.render.pdf import print_pdf
from pipeline.verify.proving import prove
from tests.composing import write_report
from tests.documents import RICH
from tests.page_pdfs import write_pdf
from tests.press_profiles import press_profile
from tests.test_print import png
from tests.test_render_pdf import A4, EPOCH, OWN, only

NO_CACHE = Cache(Path(os.devnull) / "cache")
PROFILE = press_profile()
CHANNEL = st.integers(60, 255)  # the tables of the profile are coarse among the darkest colours


@pytest.fixture(scope="module")
def inks() -> Inks:
    return Inks(PROFILE)


# ------------------------------------------------------------------ single colours


def seen(ink: tuple[float, ...]) -> tuple[int, ...]:
    """The colour that the press makes of its inks, as the profile has it."""
    picture = Image.frombytes("CMYK", (1, 1), bytes(round(255 * part) for part in ink))
    press, screen = (ImageCms.ImageCmsProfile(io.BytesIO(data)) for data in (PROFILE, screen_profile()))
    back = ImageCms.profileToProfile(picture, press, screen, ImageCms.Intent.RELATIVE_COLORIMETRIC, "RGB")
    return tuple(back.tobytes()) if back else ()


def test_paper_is_left_bare_and_what_looks_black_is_black_ink_alone(inks: Inks) -> None:
    assert inks.of(1, 1, 1) == PAPER
    assert inks.of(0, 0, 0) == BLACK
    assert inks.of(27 / 255, 33 / 255, 31 / 255) == BLACK, "the ink of css/tokens.css"


@pytest.mark.parametrize("colour", [(0.3, 0.3, 0.3), (0.0, 0.0, 0.15), (0.11, 0.29, 0.26)])
def test_what_does_not_look_black_is_not(colour: tuple[float, float, float], inks: Inks) -> None:
    assert inks.of(*colour) != BLACK


@pytest.mark.artefact
@given(CHANNEL, CHANNEL, CHANNEL)
def test_the_inks_of_a_colour_look_like_it(red: int, green: int, blue: int) -> None:
    ink = Inks(PROFILE).of(red / 255, green / 255, blue / 255)
    assert all(0 <= part <= 1 for part in ink)
    assert all(abs(a - b) <= 40 for a, b in zip(seen(ink), (red, green, blue), strict=True))


def test_a_profile_of_which_nothing_can_be_computed_is_refused() -> None:
    at = PROFILE.index(b"mft1")
    with pytest.raises(ValueError, match="transform"):
        Inks(PROFILE[:at] + b"none" + PROFILE[at + 4 :].replace(b"mft1", b"none"))


# ------------------------------------------------------------------ a page of everything


def painted(tmp_path: Path) -> Path:
    """A page with each thing that has a colour, and the same picture on the page and in a mask."""
    content = (
        "1 0 0 rg 0 0 1 RG .5 g 0 G 10 10 20 20 re B /X0 Do /P1 Do /P2 Do "
        "/Pattern cs /N0 scn 40 40 50 50 re f /N1 scn 90 90 50 50 re f /S0 sh /G0 gs 150 150 50 50 re f"
    )
    path = write_pdf(tmp_path / "painted.pdf", content, form="0 1 0 rg 5 5 20 20 re f")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0].obj
        resources = page.Resources
        group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)
        page.Group = group
        rgb: dict[str, Any] = {"Type": Name.XObject, "Subtype": Name.Image, "Width": 2, "Height": 1}
        red_green = pdf.make_stream(b"\xff\0\0\0\xff\0", ColorSpace=Name.DeviceRGB, BitsPerComponent=8, **rgb)
        stencil = pdf.make_stream(b"\x80", ImageMask=True, BitsPerComponent=1, **rgb)
        resources.XObject.P1, resources.XObject.P2 = red_green, stencil
        resources.Pattern = Dictionary(
            N0=pdf.make_stream(
                b"0 0 1 rg 0 0 5 5 re f", PatternType=1, PaintType=1, TilingType=1, BBox=Array([0, 0, 9, 9]),
                XStep=9, YStep=9, Resources=Dictionary(),
            ),
            N1=pdf.make_indirect(Dictionary(PatternType=2, Shading=_gradient())),
        )  # fmt: skip
        resources.Shading = Dictionary(S0=pdf.make_indirect(_gradient()))
        mask = pdf.make_stream(
            b"1 1 0 rg 0 0 9 9 re f /P1 Do", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 99, 99]),
            Group=Dictionary(S=Name.Transparency, CS=Name.DeviceRGB),
            Resources=Dictionary(XObject=Dictionary(P1=red_green), Shading=Dictionary(S0=_gradient())),
        )  # fmt: skip
        setting = Dictionary(Type=Name.ExtGState, SMask=Dictionary(S=Name.Luminosity, G=mask))
        resources.ExtGState = Dictionary(G0=pdf.make_indirect(setting))
        pdf.save(path)
    return path


def _gradient() -> Dictionary:
    """From red over green to blue."""
    halves = [
        Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array(first), C1=Array(last), N=1)
        for first, last in (([1, 0, 0], [0, 1, 0]), ([0, 1, 0], [0, 0, 1]))
    ]
    function = Dictionary(
        FunctionType=3, Domain=Array([0, 1]), Functions=Array(halves), Bounds=Array([0.5]), Encode=Array([0, 1, 0, 1])
    )
    return Dictionary(ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=Array([0, 0, 9, 0]), Function=function)


@pytest.fixture
def inked(tmp_path: Path, inks: Inks) -> Iterator[pikepdf.Pdf]:
    path = painted(tmp_path)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        set_in_inks(pdf, inks)
        pdf.save(path)
    with pikepdf.open(path) as pdf:
        yield pdf


def operations(stream: Any) -> list[tuple[str, list[float]]]:
    """What sets colours in a content stream: the operator, and its numbers."""
    found = []
    for instruction in pikepdf.parse_content_stream(stream):
        operator = str(instruction.operator)
        if operator in ("rg", "RG", "g", "G", "k", "K"):
            found.append((operator, [float(operand) for operand in instruction.operands]))
    return found


def near(ink: tuple[float, ...]) -> Any:
    return pytest.approx(ink, abs=0.0001)


def test_lines_and_grounds(inked: pikepdf.Pdf, inks: Inks) -> None:
    page = inked.pages[0]
    assert operations(page) == [
        ("k", near(inks.of(1, 0, 0))), ("K", near(inks.of(0, 0, 1))), ("g", [0.5]), ("G", [0]),
    ]  # fmt: skip
    assert Name.DeviceCMYK == page.obj.Group.CS
    assert operations(page.obj.Resources.XObject.X0) == [("k", near(inks.of(0, 1, 0)))]
    assert operations(page.obj.Resources.Pattern.N0) == [("k", near(inks.of(0, 0, 1)))]


def test_gradients(inked: pikepdf.Pdf, inks: Inks) -> None:
    resources = inked.pages[0].obj.Resources
    for shading in (resources.Shading.S0, resources.Pattern.N1.Shading):
        assert shading.ColorSpace == Name.DeviceCMYK
        ends = [
            [float(part) for part in function[key]] for function in shading.Function.Functions for key in ("/C0", "/C1")
        ]
        red, green, blue = inks.of(1, 0, 0), inks.of(0, 1, 0), inks.of(0, 0, 1)
        assert ends == [near(red), near(green), near(green), near(blue)]


def test_pictures(inked: pikepdf.Pdf, inks: Inks) -> None:
    pictures = inked.pages[0].obj.Resources.XObject
    assert pictures.P1.ColorSpace == Name.DeviceCMYK
    wanted = [round(255 * part) for colour in ((1, 0, 0), (0, 1, 0)) for part in inks.of(*colour)]
    assert list(pictures.P1.read_bytes()) == wanted
    assert pictures.P2.read_bytes() == b"\x80" and "/ColorSpace" not in pictures.P2
    assert pictures.P0.ColorSpace == Name.DeviceGray and pictures.P0.read_bytes() == b"\x80"


def test_masks_become_grey_as_light_as_they_were(inked: pikepdf.Pdf) -> None:
    mask = inked.pages[0].obj.Resources.ExtGState.G0.SMask.G
    assert operations(mask) == [("g", near((0.89,)))]
    assert Name.DeviceGray == mask.Group.CS
    assert mask.Resources.XObject.P1.ColorSpace == Name.DeviceGray
    assert list(mask.Resources.XObject.P1.read_bytes()) == [76, 150]
    ends = [float(end[0]) for f in mask.Resources.Shading.S0.Function.Functions for end in (f.C0, f.C1)]
    assert ends == pytest.approx([0.3, 0.59, 0.59, 0.11])


# ------------------------------------------------------------------ the press's own pages


def colourful(side: int = 320) -> Document:
    """A report with a picture of dots, a gradient that fades, something half seen through, and the rich chart."""
    html = (
        '<p>Text <img src="assets/fig-one.png" alt="A square" style="width: 1in; height: 1in"/></p>'
        '<div style="background: linear-gradient(90deg, red, rgba(0, 0, 255, .2))"><p>Faded</p></div>'
        '<div style="opacity: .5; height: 1cm; background: green"></div>'
        '<figure class="figure" id="fig-totals"><img src="assets/fig-totals.svg" alt="Bars."/></figure>'
    )
    image = Image.new("RGB", (side, side), (20, 160, 90))
    file = io.BytesIO()
    image.save(file, "JPEG")
    picture = Asset("assets/fig-one.png", "image/jpeg", file.getvalue())
    grey = Asset("assets/dot.png", "image/png", png(side))
    return for_paper(replace(only(html), assets=(*RICH.assets[:1], picture, grey)))


def pressed(document: Document, path: Path, design: Design = A4) -> Path:
    findings = Findings()
    form = replace(PRINT_FORM, inks=Inks(PROFILE))
    path.write_bytes(print_pdf(document, design, OWN, EPOCH, NO_CACHE, findings, form=form).data)
    return path


def everything_in(value: Any, seen: set[tuple[int, int]], depth: int = 0) -> Iterator[Any]:
    """Every object that a file reaches from one."""
    if isinstance(value, pikepdf.Object) and value.is_indirect:
        if value.objgen in seen:
            return
        seen.add(value.objgen)
    yield value
    if isinstance(value, (Dictionary, Stream)):
        for _, inner in value.items():
            yield from everything_in(inner, seen, depth + 1)
    elif isinstance(value, Array):
        for inner in value:
            yield from everything_in(inner, seen, depth + 1)


@pytest.mark.artefact
def test_a_page_of_everything_is_proved_and_has_no_colour_of_the_screen(tmp_path: Path) -> None:
    document = colourful()
    path = pressed(document, tmp_path / "colour.pdf")
    findings = Findings()
    proof = prove(path, document, PRINT_FORM, EPOCH, NO_CACHE, findings)
    assert [check.name for check in proof.checks if check.state is CheckState.FAILED] == []
    assert [finding.message for finding in findings.all() if finding.is_error] == []
    with pikepdf.open(path) as pdf:
        intents: list[Any] = list(pdf.Root.OutputIntents)
        assert [(str(i.S), int(i.DestOutputProfile.N), str(i.Info)) for i in intents] == [
            ("/GTS_PDFA1", 4, "Four filters on white paper")
        ]
        assert intents[0].DestOutputProfile.read_bytes() == PROFILE
        pages = [page.obj for page in pdf.pages]
        found = [item for page in pages for item in everything_in(page.Resources, {page.objgen})]
        assert not [item for item in found if item == Name.DeviceRGB]
        streams = [item for item in found if isinstance(item, Stream) and item.get("/Subtype") == Name.Form]
        for stream in (*pdf.pages, *streams):
            assert not {operator for operator, _ in operations(stream)} & {"rg", "RG"}
        assert {str(item.ColorSpace) for item in found if isinstance(item, Stream) and "/Width" in item} == {
            "/DeviceCMYK"
        }
        assert any(isinstance(item, Dictionary) and "/ShadingType" in item for item in found), "there is a gradient"
        said = pdf.Root.Metadata.read_bytes()
    assert b"<pdfaid:part>3<" in said


@pytest.mark.artefact
def test_text_is_black_ink_alone(tmp_path: Path) -> None:
    path = pressed(for_paper(only("<p>Words.</p>")), tmp_path / "words.pdf")
    with pikepdf.open(path) as pdf:
        inside = text = False
        current: list[float] = []
        of_text = set()
        for instruction in pikepdf.parse_content_stream(pdf.pages[-1]):
            operator = str(instruction.operator)
            if operator == "k":
                current = [float(operand) for operand in instruction.operands]
            inside = operator == "BT" or (inside and operator != "ET")
            text = text or inside
            if inside and operator in ("Tj", "TJ"):
                of_text.add(tuple(current))
    assert text and (0, 0, 0, 1) in of_text


@pytest.mark.artefact
def test_the_same_report_makes_the_same_bytes(tmp_path: Path) -> None:
    first, second = (pressed(colourful(), tmp_path / name).read_bytes() for name in ("a.pdf", "b.pdf"))
    assert first == second


# ------------------------------------------------------------------ the setting


def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: bytes | None, to: str = "print") -> str:
    """What the command says of a report that names a profile."""
    files = {} if profile is None else {"profiles/press.icc": profile}
    settings = "design:\n  output-profile: profiles/press.icc\n"
    write_report(tmp_path, {"sec-a": "Text."}, settings=settings, sources="", files=files)
    monkeypatch.chdir(tmp_path)
    return CliRunner().invoke(press, ["build", "small", "--to", to, "-q"]).output


@pytest.mark.artefact
def test_a_report_is_printed_by_the_profile_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "error" not in told(tmp_path, monkeypatch, PROFILE, "pdf,print")
    spaces = {}
    for name in ("small", "small-print"):
        with pikepdf.open(tmp_path / "build" / "small" / f"{name}.pdf") as pdf:
            spaces[name] = int(pdf.Root.OutputIntents[0].DestOutputProfile.N)
    assert spaces == {"small": 3, "small-print": 4}, "the edition for the screen keeps the colours of the screen"


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        (None, 'SRC006 file-missing: there is no file "profiles/press.icc"'),
        (b"A text.", 'INK001 unusable-output-profile: "profiles/press.icc" is no ICC profile'),
        (screen_profile(), "is the profile of a screen, not of a press"),
        (press_profile(b"RGB "), "is for RGB, not for CMYK"),
        (press_profile(b"GRAY"), "is for GRAY, not for CMYK"),
        (PROFILE[:-200], "is damaged: its length is not what it says"),
        (PROFILE.replace(b"B2A0", b"B2A9", 1), "has no table B2A0"),
        (PROFILE[:128] + b"\0\0\xff\xff" + PROFILE[132:], "is damaged: its tables lie outside it"),
        (PROFILE[:8] + b"\x05" + PROFILE[9:], "is not of version 2 or 4 of the ICC's format"),
    ],
)
def test_a_profile_that_cannot_serve_is_told_at_its_line(
    profile: bytes | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = told(tmp_path, monkeypatch, profile)
    assert "content/small/report.yaml:9:19: error" in output
    assert message in output


@pytest.mark.artefact
def test_a_profile_with_damaged_tables_is_told_at_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = told(tmp_path, monkeypatch, PROFILE.replace(b"mft1", b"none"))
    assert (
        'content/small/report.yaml:9:19: error INK001 unusable-output-profile: "profiles/press.icc" is damaged'
        in output
    )
