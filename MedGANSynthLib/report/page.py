"""The report as one HTML page that opens offline."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

_STYLE = """
body { font-family: sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 0.5rem 0 1rem }
th, td { border: 1px solid #ccc; padding: 0.2rem 0.5rem; text-align: left; font-size: 0.85rem }
th { background: #f4f4f4 }
td:first-child { white-space: nowrap }
.verdict { font-size: 1.15rem; border-left: 5px solid #0072b2; padding: 0.4rem 0.8rem }
.notice { border-left: 5px solid #d55e00; padding: 0.2rem 0.8rem }
.cases { display: flex; flex-wrap: wrap; gap: 0.7rem }
.cases figure { margin: 0 } .cases img { min-width: 10rem }
.cases figcaption { font-size: 0.75rem }
.wide { overflow-x: auto }
"""


def page(title: str, sections: Sequence[tuple[str, str]]) -> str:
    """A whole page; each section is a heading and its HTML."""
    body = "".join(f"<h2>{escape(head)}</h2>\n{html}\n" for head, html in sections)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>\n{body}</body></html>\n"
    )


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text; what stands between backticks is a command."""
    html = re.sub("`([^`]*)`", r"<code>\1</code>", escape(text))
    return f'<p class="{kind}">{html}</p>' if kind else f"<p>{html}</p>"


def table(rows: Sequence[dict[str, Any]], columns: Sequence[str] = ()) -> str:
    """Rows as a table; numbers to three digits."""
    if not rows:
        return paragraph("nothing to show")
    names = list(columns) or list(rows[0])
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell(row.get(name)))}</td>" for name in names) + "</tr>\n"
        for row in rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>\n{body}</table></div>'


def pictures(tiles: Sequence[tuple[str, str]]) -> str:
    """Pictures `(data URI, caption)` side by side."""
    figures = "".join(
        f'<figure><img src="{uri}" alt="{escape(text)}"><figcaption>{escape(text)}</figcaption>'
        "</figure>"
        for uri, text in tiles
    )
    return f'<div class="cases">{figures}</div>'


def cell(value: Any) -> str:
    """A value for people."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:z.3g}"
    return str(value)
