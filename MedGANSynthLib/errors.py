"""The one exception type whose text a user reads."""

NO_MEMORY = "not enough memory; close other programs or crop the volume."


class MedGANSynthError(Exception):
    """What went wrong, as one sentence: which file or key, what is wrong, what to do about it.

    Raised for everything a user can cause or mend. The command line prints it without a traceback
    and exits with 1; the Slicer module shows it in the panel.
    """


class Cancelled(MedGANSynthError):
    """The user stopped the work (Ctrl-C, SIGTERM, a `stop` file, the Cancel button)."""


class GpuTooSmall(MedGANSynthError):
    """A GPU's memory does not suffice; the CPU may go on, if the user agrees."""
