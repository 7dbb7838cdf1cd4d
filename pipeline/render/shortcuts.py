"""Short ways through the layout engine (WeasyPrint 70.0): for every line and box it asks a style for the same again.

What comes out is the same to the byte. Values that a style gives always alike are remembered with it: the lengths of
a box that are no percentages, the height of a line, the font and what else Pango is told of it. A property that a
style sheet does not set is taken from the parent, or from the initial values, before anything else is tried; what
every box is asked for is taken at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from weasyprint.css import AnonymousStyle, ComputedStyle
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.functions import check_math
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES
from weasyprint.layout import percent, preferred
from weasyprint.text import fonts, line_break
from weasyprint.text.constants import PANGO_DIRECTION
from weasyprint.text.ffi import ffi, gobject, pango, unicode_to_char_p
from weasyprint.text.line_break import Layout

from pipeline.render.leaning import replacing

LEANED_UPON = {
    "weasyprint.css:AnonymousStyle.__missing__": "d392527077647306",
    "weasyprint.css:ComputedStyle.__missing__": "b318d8efc8ac79d7",
    "weasyprint.layout.percent:percentage": "ebe404ccd9da50bf",
    "weasyprint.layout.percent:resolve_one_percentage": "4cfaa9ad134e4f7b",
    "weasyprint.layout.percent:resolve_percentages": "71673078096fcf87",
    "weasyprint.layout.percent:adjust_box_sizing": "88f3351db0280d16",
    "weasyprint.layout.preferred:shrink_to_fit": "38ecf6d5c6439df6",
    "weasyprint.text.fonts:get_font_description": "85734b8947b9bf64",
    "weasyprint.text.fonts:font_features": "e35741064c068852",
    "weasyprint.text.line_break:Layout.setup": "fb227a55094f41d4",
    "weasyprint.text.line_break:strut": "b57885b70dd08efe",
}
"""The engine's functions that are gone round, and digests of their text: another text may do something else."""

_LENGTHS = (
    "margin_left", "margin_right", "margin_top", "margin_bottom",
    "padding_left", "padding_right", "padding_top", "padding_bottom",
    "width", "min_width", "max_width", "height", "min_height", "max_height",
)  # fmt: skip
_BORDERS = ("border_top_width", "border_right_width", "border_bottom_width", "border_left_width")
_SPECIAL = frozenset(("float", "display", "position", "page"))  # these look at others, or at the element around
_LOGICAL = {
    direction: {name: function(block="ttb", inline=direction) for name, function in PHYSICAL_FUNCTIONS.items()}
    for direction in ("ltr", "rtl")
}
_LOGICAL_NAMES = frozenset(name for names in _LOGICAL.values() for name in names.values())
_OF_BOXES = {
    name: INITIAL_VALUES[name]
    for name in (
        *_LENGTHS, "box_sizing", "overflow", "image_orientation", "opacity", "border_top_left_radius",
        "border_top_right_radius", "border_bottom_right_radius", "border_bottom_left_radius", "border_image_source",
        "mask_border_source", "box_shadow", "outline_style", "outline_offset", "outline_color", "background_color",
        "background_image", "box_decoration_break", "transform", "bookmark_state", "appearance", "bookmark_level",
        "border_left_style", "border_right_style", "border_top_style", "border_bottom_style",
    )
}  # fmt: skip
_OF_TEXTS = (
    "direction", "border_collapse", "lang", "visibility", "font_language_override", "font_variant_ligatures",
    "font_variant_alternates", "font_variant_east_asian", "font_variant_position", "font_variant_caps",
    "font_variant_numeric", "font_stretch", "font_feature_settings", "font_family", "font_style", "font_size",
    "font_weight", "font_variation_settings", "font_kerning", "color", "white_space", "line_height",
)  # fmt: skip

_resolve_percentages = percent.resolve_percentages
_strut = line_break.strut
_get_font_description = fonts.get_font_description
_missing = ComputedStyle.__missing__
_missing_of_anonymous = AnonymousStyle.__missing__
_set_up = Layout.setup


@contextmanager
def taken() -> Iterator[None]:
    """Take the short ways in every layout that is made inside (see `leaning.replacing`)."""
    modules = [module for name, module in sys.modules.items() if name.startswith("weasyprint.")]
    names: list[tuple[object, str, object]] = [
        (module, old.__name__, new)
        for old, new in _SHORT.items()
        for module in modules
        if getattr(module, old.__name__, None) is old
    ]
    missing = ((ComputedStyle, "__missing__", _computed), (AnonymousStyle, "__missing__", _taken_over))
    with replacing([*names, *missing, (Layout, "setup", _set_up_as_before)]):
        yield


def _percentages_resolved(box: Any, containing_block: Any) -> None:
    style = box.style
    remembered = style.__dict__
    if "fixed_lengths" not in remembered:
        remembered["fixed_lengths"] = _fixed_lengths(style)
    fixed = remembered["fixed_lengths"]
    if fixed is None:
        _resolve_percentages(box, containing_block)
        return
    box.__dict__.update(fixed)
    if style["box_sizing"] != "content-box":
        percent.adjust_box_sizing(box, "width")
        percent.adjust_box_sizing(box, "height")


def _fixed_lengths(style: Any) -> dict[str, Any] | None:
    """The used lengths of a box; None when some depend on what is around it."""
    if style["border_collapse"] == "collapse":
        return None  # the borders of tables are shared out elsewhere
    found: dict[str, Any] = {}
    for name in _LENGTHS:
        value = style[name]
        if value == "auto" and name in ("min_width", "min_height"):
            found[name] = 0
        elif value is None or value == "auto":
            found[name] = value
        elif getattr(value, "unit", "%") == "%":  # or something to be calculated
            return None
        else:
            found[name] = value.value
    return found | {name: style[name] for name in _BORDERS}


def _strut_of(style: Any) -> Any:
    if "strut" not in style.__dict__:
        style.__dict__["strut"] = _strut(style)
    return style.__dict__["strut"]


def _font_description_of(style: Any) -> Any:
    if "font_description" not in style.__dict__:
        style.__dict__["font_description"] = _get_font_description(style)
    return style.__dict__["font_description"]


class _Type(NamedTuple):
    """What Pango is told of a style: its context, language, font, and features of that as OpenType names them."""

    context: Any
    language: Any
    font: Any
    features: bytes


def _set_up_as_before(layout: Any, style: Any) -> None:
    known = style.__dict__
    if "type" not in known:
        plain = style["text_decoration_line"] == "none" and style["font_language_override"] == "normal"
        known["type"] = _type_of(style) if plain else None
    told: _Type | None = known["type"]
    if told is None:
        _set_up(layout, style)
        return
    layout.style, layout.language, layout.first_line_direction = style, told.language, 0
    layout.ascent = layout.underline_position = layout.strikethrough_position = None
    layout.layout = ffi.gc(pango.pango_layout_new(told.context), gobject.g_object_unref)
    pango.pango_layout_set_auto_dir(layout.layout, False)
    pango.pango_layout_set_font_description(layout.layout, told.font)
    if told.features:
        listed = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
        pango.pango_attr_list_insert(listed, pango.pango_attr_font_features_new(told.features))  # which is its own now
        pango.pango_layout_set_attributes(layout.layout, listed)


def _type_of(style: Any) -> _Type:
    context = ffi.gc(pango.pango_font_map_create_context(style.font_config.font_map), gobject.g_object_unref)
    pango.pango_context_set_round_glyph_positions(context, False)
    pango.pango_context_set_base_dir(context, PANGO_DIRECTION[style["direction"]])
    language = pango.pango_language_get_default()
    if style["lang"]:
        name, _kept = unicode_to_char_p(style["lang"])
        language = pango.pango_language_from_string(name)
        pango.pango_context_set_language(context, language)
    variants = ("ligatures", "position", "caps", "numeric", "alternates", "east_asian")
    values = (style[f"font_variant_{name}"] for name in variants)
    features = fonts.font_features(style["font_kerning"], *values, style["font_feature_settings"])
    listed = ",".join(f"{name} {value}" for name, value in features.items()).encode()
    return _Type(context, language, _font_description_of(style), listed)


def _computed(style: Any, key: str) -> Any:
    """The value of a property that was not asked for before."""
    parent, cascaded = style.parent_style, style.cascaded
    if parent is None or key in cascaded or key in _SPECIAL or key.startswith("text_decoration_"):
        return _missing(style, key)
    if key in PHYSICAL_FUNCTIONS and _LOGICAL[style["direction"]][key] in cascaded:
        return _missing(style, key)
    if key in INHERITED or key.startswith("__"):
        value = parent[key]
        if check_math(value):
            return _missing(style, key)
    elif key in INITIAL_NOT_COMPUTED:
        return _missing(style, key)
    else:
        value = INITIAL_VALUES[key]
        if key in _OF_BOXES and _LOGICAL_NAMES.isdisjoint(cascaded):
            unset = _OF_BOXES.copy()
            for name in cascaded:
                unset.pop(name, None)
            style.update(unset | style)
            return value
    style[key] = value
    return value


def _taken_over(style: Any, key: str) -> Any:
    """The value of a property of a box that stands for no element."""
    if key in _OF_BOXES or key in _OF_TEXTS:
        parent = style.parent_style
        style.update(_OF_BOXES | {name: parent[name] for name in _OF_TEXTS} | style)
        return style[key]
    return _missing_of_anonymous(style, key)


def _fitted(context: Any, box: Any, available: float) -> Any:
    """The width of a box as wide as its content; where there is room for all of it, its longest word does not count."""
    widest = preferred.max_content_width(context, box, outer=False)
    if widest <= available:
        return widest
    return min(max(preferred.min_content_width(context, box, outer=False), available), widest)


_SHORT: dict[Callable[..., Any], Callable[..., Any]] = {
    _resolve_percentages: _percentages_resolved,
    _strut: _strut_of,
    _get_font_description: _font_description_of,
    preferred.shrink_to_fit: _fitted,
}
