"""Which faces the machine has: a licensed face goes first where it is installed; the open ones come from the system, else from a wheel."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

SONG, HEI = "Noto Serif CJK SC", "Noto Sans CJK SC"
TITLE = ("FZXiaoBiaoSong-B05S", "方正小标宋简体", "FZXiaoBiaoSong-B05", "方正小标宋_GBK")  # bold by themselves
WHEEL = "pylopdf_fonts_zh_cn"
FILES = {SONG: "NotoSerifSC-Regular.otf", HEI: "NotoSansSC-Regular.otf"}
SCHEME = "font:"  # what an address of our own says to the fetcher


@cache
def has(family: str) -> bool:
    """Does the system have this face? Asks the fontconfig that WeasyPrint itself asks."""
    from weasyprint.text.ffi import ffi, fontconfig

    config = fontconfig.FcInitLoadConfigAndFonts()
    pattern = ffi.gc(fontconfig.FcPatternCreate(), fontconfig.FcPatternDestroy)
    fontconfig.FcPatternAddString(pattern, b"family", family.encode())
    fontconfig.FcConfigSubstitute(config, pattern, fontconfig.FcMatchFont)
    fontconfig.FcDefaultSubstitute(pattern)
    match = ffi.gc(fontconfig.FcFontMatch(config, pattern, ffi.new("FcResult *")), fontconfig.FcPatternDestroy)
    found, name, number = set(), ffi.new("FcChar8 **"), 0
    while fontconfig.FcPatternGetString(match, b"family", number, name) == 0:
        found.add(ffi.string(name[0]).decode())
        number += 1
    fontconfig.FcConfigDestroy(config)
    return family in found


def rules() -> str:
    """What a sheet needs besides: the wheel's faces under the missing ones' names, and weight for a title without a face of its own."""
    faces = [
        f'@font-face {{ font-family: "{family}"; src: url("{SCHEME}{file}"); }}'
        for family, file in FILES.items()
        if not has(family) and _shipped(file)
    ]
    title = [] if any(has(family) for family in TITLE) else [".title, .masthead { font-weight: bold; }"]
    return "\n".join([*faces, *title])


def read(address: str) -> bytes | None:
    """The bytes of one of the wheel's faces; None for every other address."""
    file = _shipped(address.removeprefix(SCHEME)) if address.startswith(SCHEME) else None
    return file.read_bytes() if file else None


def _shipped(name: str) -> Path | None:
    spec = find_spec(WHEEL) if name in FILES.values() else None
    return Path(spec.submodule_search_locations[0], name) if spec and spec.submodule_search_locations else None
