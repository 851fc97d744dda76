"""The module's window: one page for each panel."""

import slicer
from slicer.i18n import tr as _

from .panel_translate import PanelTranslate


class Pages:
    """The panels as pages with tabs, and what they share."""

    def __init__(self, logic, ui_file: str):
        self.widget = slicer.util.loadUI(ui_file)
        self.ui = slicer.util.childWidgetVariables(self.widget)
        self.widget.setMRMLScene(slicer.mrmlScene)
        self.translate = PanelTranslate(logic)
        self.ui.pages.addTab(self.translate.widget, _("Translate"))

    def set_parameters(self, parameters) -> None:
        """Show these parameters; None while there are none."""
        self.translate.set_parameters(parameters)

    def enter(self) -> None:
        """The module is shown."""
        self.translate.enter()

    def cleanup(self) -> None:
        """The module is being reloaded or Slicer ends."""
        self.translate.cleanup()
