"""What the library needs and Slicer does not bring along: found out, asked for, installed.

Everything is looked up in the packages' metadata, so that nothing heavy is imported and no network
is needed where all is there. torch is installed by Slicer's PyTorch extension, which knows the
graphics card; the rest by pip. What Slicer itself is built with is never changed.
"""

import dataclasses
import importlib.metadata
import logging
import re
import subprocess
import sys

import slicer
from slicer.i18n import tr as _

from MedGANSynthLib.doctor import FLOORS

from . import lifetime
from .errors import PanelError
from .temporary import Temporary

BUILTIN = ("numpy", "scipy", "SimpleITK")
"""Part of Slicer: never installed, never updated."""


@dataclasses.dataclass(frozen=True)
class Need:
    """A package that is missing (`found` is None) or too old."""

    name: str
    floor: str
    found: str | None

    @property
    def requirement(self) -> str:
        """In pip's words."""
        return f"{self.name}>={self.floor}"


def missing() -> list[Need]:
    """The packages that the library cannot do with as they are; empty when it can work."""
    importlib.invalidate_caches()
    needs = [Need(name, floor, _version(name)) for name, floor in FLOORS.items()]
    return [n for n in needs if n.found is None or _numbers(n.found) < _numbers(n.floor)]


def ready(parent=None) -> bool:
    """Whether the library can work; asks once whether to install what it lacks.

    Returns:
        False if the user would rather not.

    Raises:
        PanelError: it cannot be installed here; what to do.
    """
    needs = missing()
    if not needs:
        return True
    _refuse_builtin(needs)
    if slicer.app.testingEnabled():
        raise PanelError(
            _("{names} must be installed first; not done while Slicer runs tests.").format(
                names=_names(needs)
            )
        )
    pytorch = _pytorch_extension(parent) if any(n.name == "torch" for n in needs) else None
    if not slicer.util.confirmOkCancelDisplay(_question(needs), _("MedGANSynth"), parent=parent):
        return False
    with slicer.util.WaitCursor():
        if pytorch is not None:
            _install_torch(pytorch)
        _install_with_pip([n for n in needs if n.name != "torch"])
    if left := missing():
        raise PanelError(
            _("{names} could not be installed; see the Python console, then try again.").format(
                names=_names(left)
            )
        )
    lifetime.restart()
    return True


def _refuse_builtin(needs: list[Need]) -> None:
    old = [n for n in needs if n.name in BUILTIN]
    if old:
        raise PanelError(
            _("This Slicer's {names} will not do; use Slicer 5.10 or later.").format(
                names=_names(old)
            )
        )


def _question(needs: list[Need]) -> str:
    lines = [
        f"- {n.name} {n.floor}" + (_(" (now {version})").format(version=n.found) if n.found else "")
        for n in needs
    ]
    takes = _("This can take several minutes.")
    if any(n.name == "torch" for n in needs):
        takes = _("This can take several minutes and, for PyTorch, up to a few gigabytes.")
    return _(
        "MedGANSynth needs these Python packages, in these versions or later:\n\n{packages}\n\n"
        "Download them and install them into Slicer's Python? {takes}"
    ).format(packages="\n".join(lines), takes=takes)


def _pytorch_extension(parent):
    """The logic of the PyTorch extension.

    Raises:
        PanelError: it is not there (yet), or torch cannot be replaced now.
    """
    if "torch" in sys.modules:
        raise PanelError(
            _("An older PyTorch is in use in this Slicer; restart Slicer, and press here first.")
        )
    try:
        import PyTorchUtils
    except ImportError:
        raise PanelError(_offer_extension(parent)) from None
    return PyTorchUtils.PyTorchUtilsLogic()


def _offer_extension(parent) -> str:
    """Install the PyTorch extension if the user likes; what to do then."""
    by_hand = _("Install the extension PyTorch with the Extensions Manager, then restart Slicer.")
    manager = slicer.app.extensionsManagerModel()
    if manager is None:
        return by_hand
    after = _("Save your work and restart Slicer; the extension PyTorch is then ready to use.")
    if manager.isExtensionInstalled("PyTorch"):
        return after
    question = _("MedGANSynth needs the Slicer extension PyTorch. Download and install it?")
    if not slicer.util.confirmOkCancelDisplay(question, _("MedGANSynth"), parent=parent):
        return by_hand
    manager.interactive = False
    restart_now = False
    with slicer.util.WaitCursor():
        installed = manager.installExtensionFromServer("PyTorch", restart_now)
    return after if installed else by_hand


def _install_torch(pytorch) -> None:
    try:
        found = pytorch.installTorch(torchVersionRequirement=f">={FLOORS['torch']}")
    except Exception as error:  # from pip, light-the-torch or the import: nearly anything
        raise PanelError(
            _("PyTorch could not be installed ({error}); see the module PyTorch.").format(
                error=error
            )
        ) from error
    if found is None:
        raise PanelError(_("PyTorch was not installed; try again, or see the module PyTorch."))


def _install_with_pip(needs: list[Need]) -> None:
    if not needs:
        return
    requirements = [need.requirement for need in needs]
    with Temporary() as folder:
        constraints = folder / "constraints.txt"
        constraints.write_text(_constraints(), encoding="utf-8")
        try:
            _pip(requirements, str(constraints))
        except (subprocess.CalledProcessError, RuntimeError, ImportError) as error:
            logging.error(f"MedGANSynth: {error}")
            raise PanelError(
                _(
                    "pip could not install {names}; see the Python console, and whether this "
                    "computer can reach pypi.org."
                ).format(names=_names(needs))
            ) from error


def _pip(requirements: list[str], constraints: str) -> None:
    try:
        from slicer.packaging import pip_ensure
    except ImportError:  # before Slicer 5.12
        slicer.util.pip_install(["-c", constraints, *requirements])
    else:
        from packaging.requirements import Requirement  # comes with Slicer

        needed = [Requirement(text) for text in requirements]  # it takes no strings
        pip_ensure(needed, constraints=constraints, requester="MedGANSynth", prompt_install=False)


def _constraints() -> str:
    """What pip has to leave as it is."""
    fixed = [(name, _version(name)) for name in (*BUILTIN, "torch")]
    return "".join(f"{name}=={version}\n" for name, version in fixed if version)


def _names(needs: list[Need]) -> str:
    return ", ".join(f"{n.name} {n.found or ''}".strip() for n in needs)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> list[int]:
    """ "2.10.1+cu130" -> [2, 10, 1], without trailing zeros."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(number) for number in found[0].split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers
