"""Which rows the Translate panel has, by what is translated."""

from .parameters import Show, Source

_SCENE = (Source.VOLUME, Source.SEVERAL)
ROWS = {
    "severalPage": (Source.SEVERAL,),
    "inputFolderLabel": (Source.FOLDER,),
    "inputFolderEdit": (Source.FOLDER,),
    "outputFolderLabel": (Source.FOLDER,),
    "outputFolderEdit": (Source.FOLDER,),
    "outputLabel": (Source.VOLUME,),
    "outputSelector": (Source.VOLUME,),
    "restrictionLabel": _SCENE,
    "restrictionSelector": _SCENE,
    "showLabel": (Source.VOLUME,),
    "showBox": (Source.VOLUME,),
    "exportLabel": _SCENE,
    "exportSelector": _SCENE,
    "exportButton": _SCENE,
}


def show_rows(ui, source: Source, show: Show, is_sequence: bool) -> None:
    """Show and hide.

    Args:
        is_sequence: whether the chosen volume is a frame of a sequence.
    """
    for name, sources in ROWS.items():
        getattr(ui, name).visible = source in sources
    ui.fadeLabel.visible = ui.fadeSlider.visible = source == Source.VOLUME and show == Show.FADE
    ui.framesBox.visible = is_sequence
