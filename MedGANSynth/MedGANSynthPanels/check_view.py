"""What the check of the data has found, for people."""

import html

from slicer.i18n import tr as _

from MedGANSynthLib.wording import size

from .panel_words import in_the_panel
from .run_view import duration


def as_html(result: dict) -> str:
    """What the training will cost, people, images, and what is odd."""
    parts = [_table(result["rows"]), _table(result["images"])]
    if result["cost"] is not None:
        parts.insert(0, f"<p>{html.escape(_cost(result['cost']))}</p>")
    for finding in result["findings"]:
        sign = _("<b>Stops:</b>") if finding["stops"] else _("Note:")
        parts.append(f"<p>{sign} {html.escape(in_the_panel(finding['text']))}</p>")
    return "".join(parts)


def _table(rows: list[dict]) -> str:
    if not rows:
        return ""
    heads = "".join(
        f"<th align='left'>{html.escape(str(name))}&nbsp;&nbsp;</th>" for name in rows[0]
    )
    lines = [
        "".join(f"<td>{html.escape(str(cell))}&nbsp;&nbsp;</td>" for cell in row.values())
        for row in rows
    ]
    return f"<table><tr>{heads}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _cost(cost: dict) -> str:
    text = _("About {time} on {device} ({step:.3g} s a step), up to {disk} of disk")
    text = text.format(
        time=duration(cost["seconds"]),
        device=cost["device"],
        step=cost["step_seconds"],
        disk=size(cost["disk"]),
    )
    if cost["memory"] is not None:
        text += _(", {memory} of memory").format(memory=size(cost["memory"]))
    return text + "."
