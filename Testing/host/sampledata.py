"""The module SampleData, as far as a module registers its own data: kept in a list for tests."""

from __future__ import annotations

import types
from typing import Any

KEYWORDS = {
    "category",
    "sampleName",
    "uris",
    "fileNames",
    "nodeNames",
    "customDownloader",
    "thumbnailFileName",
    "loadFileType",
    "loadFiles",
    "loadFileProperties",
    "checksums",
}


class SampleDataLogic:
    registered: list[dict[str, Any]] = []

    @staticmethod
    def registerCustomSampleDataSource(**keywords: Any) -> None:
        unknown = set(keywords) - KEYWORDS
        if unknown:
            raise TypeError(f"registerCustomSampleDataSource has no keywords {sorted(unknown)}")
        SampleDataLogic.registered.append(keywords)


def make_module() -> types.ModuleType:
    module = types.ModuleType("SampleData")
    module.SampleDataLogic = SampleDataLogic
    return module
