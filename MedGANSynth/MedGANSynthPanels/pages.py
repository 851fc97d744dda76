"""The module's window: one page for each panel."""

import slicer
from slicer.i18n import tr as _

from . import lifetime, session
from .environment import ReportWindow
from .panel_evaluate import PanelEvaluate
from .panel_generate import PanelGenerate
from .panel_models import PanelModels
from .panel_train import PanelTrain
from .panel_translate import PanelTranslate
from .panel_turing import PanelTuring

_FOCUS = "applicationStateChanged(Qt::ApplicationState)"


class Pages:
    """The panels as pages with tabs, and what they share."""

    def __init__(self, logic, ui_file: str):
        self.widget = slicer.util.loadUI(ui_file)
        self.ui = slicer.util.childWidgetVariables(self.widget)
        self.widget.setMRMLScene(slicer.mrmlScene)
        self.translate = PanelTranslate(logic)
        self.generate = PanelGenerate(logic)
        self.models = PanelModels(logic)
        self.models.changed.connect(self.translate.enter)
        self.models.changed.connect(self.generate.enter)
        self.evaluate = PanelEvaluate(logic)
        self.train = PanelTrain(logic)
        for listener in (self.translate, self.generate, self.models):
            self.train.changed.connect(listener.enter)
        self.turing = PanelTuring(logic)
        self.turing.reading.connect(self.show_nothing_else)
        self.ui.pages.addTab(self.translate.widget, _("Translate"))
        self.ui.pages.addTab(self.generate.widget, _("Generate"))
        self.ui.pages.addTab(self.evaluate.widget, _("Evaluate"))
        self.ui.pages.addTab(self.train.widget, _("Train"))
        self.ui.pages.addTab(self.turing.widget, _("Turing test"))
        self.ui.pages.addTab(self.models.widget, _("Models"))
        self.ui.pages.connect("currentChanged(int)", self._on_page)
        self.report = ReportWindow(self.widget)
        self.ui.environmentButton.connect("clicked(bool)", self.report.show)
        slicer.app.connect(_FOCUS, self._on_focus)

    def set_parameters(self, parameters) -> None:
        """Show these parameters; None while there are none."""
        self.translate.set_parameters(parameters)
        self.generate.set_parameters(parameters)
        self.train.set_parameters(parameters)
        self.evaluate.set_parameters(parameters)

    def enter(self) -> None:
        """The module is shown."""
        self.translate.enter()
        self.generate.enter()
        self.train.enter()
        self.evaluate.enter()
        self.turing.enter()
        self.models.enter()

    def _on_page(self, index: int) -> None:
        self.train.show_page(index == self.ui.pages.indexOf(self.train.widget))
        for panel in (self.translate, self.generate, self.evaluate, self.models):
            panel.enter()  # models and volumes may have come or gone meanwhile

    def _on_focus(self) -> None:
        """The user comes back from another program, which may have changed folders."""
        for panel in (self.translate, self.generate, self.evaluate, self.train):
            panel.refresh()

    def leave(self) -> None:
        """Another module is shown."""
        self.turing.leave()

    def show_nothing_else(self, reading: bool) -> None:
        """While cases are read there is no way to the other pages."""
        self.ui.pages.tabBar().setVisible(not reading)
        self.ui.environmentButton.setVisible(not reading)

    def cleanup(self) -> None:
        """The module is being reloaded or Slicer ends."""
        slicer.app.disconnect(_FOCUS, self._on_focus)
        self.turing.cleanup()
        self.translate.cleanup()
        self.generate.cleanup()
        self.train.cleanup()
        self.evaluate.cleanup()
        self.models.cleanup()
        self.report.stop()
        session.stop()
        lifetime.end()
