"""The library speaks of files, predictions, targets and masks; here of what was chosen."""

import re

from slicer.i18n import tr as _


def said(text: str, words: dict[str, str]) -> str:
    """`text` with each phrase of `words` replaced, in one pass, so that names stay as they are."""
    phrases = "|".join(re.escape(phrase) for phrase in sorted(words, key=len, reverse=True))
    # Not within a file's name, such as target.nii.gz.
    found = re.compile(rf"(?<![\w./-])(?:{phrases})(?![\w/-]|\.\w)")
    return found.sub(lambda match: words[match[0]], text)


def words_of_folders() -> dict[str, str]:
    """For folders of results against folders of references."""
    return {
        "prediction": _("result"),
        "predictions": _("results"),
        "target": _("reference"),
        "targets": _("references"),
        "rename it or list the files": _("rename it"),
    }


def words_of_definitions() -> dict[str, str]:
    """For what the figures are."""
    return words_of_folders() | {
        "inside the mask": _("in what is judged"),
        "the mask's voxels": _("the judged voxels"),
        "every mask voxel": _("every judged voxel"),
        "the mask": _("what is judged"),
    }


def words_of_volumes(result: str, reference: str, mask: str | None) -> dict[str, str]:
    """For one volume against another, by their names; inside `mask`, or all above the minimum."""
    names = {"result": result, "reference": reference}
    names |= {"mask": mask or _("what is judged"), "Mask": mask or _("What is judged")}
    place = _("inside {mask}") if mask else _("above {reference}'s minimum")
    names["place"] = place.format(**names)
    phrases = {
        "no mask, so all voxels above the target's minimum count and background may flatter the "
        "figures; give a brain mask": _(
            "All of {reference} above its minimum counts, and background may flatter the figures; "
            "choose a segmentation or another place under Inside"
        ),
        "correlation is undefined: the prediction is constant inside the mask; give another "
        "prediction or another mask": _(
            "{result} has the same value everywhere {place}; choose another result or another place"
        ),
        "the target is constant; nothing can be judged by it": _(
            "{reference} has the same value everywhere; choose another reference"
        ),
        "the image is constant or not finite inside the mask; check that mask and image fit": _(
            "{reference} has hardly any contrast {place}; check that they belong together"
        ),
        "the mask is too thin to measure texture; that is left empty": _(
            "{Mask} is too thin to measure texture; that is left empty"
        ),
        "the mask is too near the volume's border for SSIM; left empty": _(
            "{Mask} is too near the border of {reference} for SSIM; that is left empty"
        ),
        "list the files in the same order": _("choose two volumes of the same person"),
        "the prediction": "{result}",
        "the target": "{reference}",
        "inside the mask": "{place}",
        "the mask": "{mask}",
    }
    return {phrase: words.format(**names) for phrase, words in phrases.items()}
