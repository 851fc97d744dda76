"""Which rows the Generate panel has, by what is made, and why nothing can be made yet."""

from slicer.i18n import tr as _

from .parameters import Making

ROWS = {
    "countLabel": Making.VOLUMES,
    "countBox": Making.VOLUMES,
    "toSeedLabel": Making.WALK,
    "toSeedBox": Making.WALK,
    "toSeedDiceButton": Making.WALK,
    "stepsLabel": Making.WALK,
    "stepsBox": Making.WALK,
    "interpolationLabel": Making.WALK,
    "interpolationBox": Making.WALK,
}


def show_rows(ui, making: Making) -> None:
    """Show and hide."""
    for name, made in ROWS.items():
        getattr(ui, name).visible = making == made


def problem(settings, entry) -> str | None:
    """The first thing that is missing; None when Generate may be pressed."""
    if entry is None:
        return _("There is no model that generates; add one on the Models page")
    if settings.making == Making.WALK and settings.seed == settings.toSeed:
        return _("A walk needs two different seeds; throw one of the dice")
    return None
