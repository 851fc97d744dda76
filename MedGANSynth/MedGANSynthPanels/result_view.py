"""The last result in the slice views; it follows what the user chooses afterwards."""

from .parameters import Show


class ResultView:
    """Shows one pair of input and result, for as long as both are in the scene."""

    def __init__(self):
        self.pair: tuple | None = None
        self.shown: tuple | None = None

    def set(self, original, result) -> None:
        """A run has made this; the next `update` shows it."""
        self.pair, self.shown = (original, result), None

    def update(self, how: Show, fade: float) -> None:
        """Show the pair this way, unless that is how it is shown."""
        if self.pair is None or self.shown == (how, fade):
            return
        from . import display  # with numpy, which takes its time
        from .volumes_in import is_in_scene

        if not all(is_in_scene(node) for node in self.pair):
            self.pair = None
        elif self.shown is not None and self.shown[0] == how == Show.FADE:
            display.set_fade(fade)
        elif self.shown is None or self.shown[0] != how:
            display.show(*self.pair, how, fade)
        self.shown = (how, fade)
