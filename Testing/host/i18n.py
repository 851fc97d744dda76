"""`slicer.i18n`: translation that leaves every string as it is, as Slicer in English does."""

from __future__ import annotations

import types


def translate(context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
    for given in (context, text):
        if not isinstance(given, str):
            raise TypeError(f"only literal strings can be translated, not {given!r}")
    return text


def tr(text: str) -> str:
    return translate("", text)


def make_module() -> types.ModuleType:
    module = types.ModuleType("slicer.i18n")
    module.__dict__.update({"translate": translate, "tr": tr})
    return module
