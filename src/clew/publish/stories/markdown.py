"""Prose from a small part of Markdown: headings, paragraphs, lists, quotes, emphasis, code and links. All else stays text."""

from __future__ import annotations

import re
from html import escape

_INLINE = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*(\S(?:[^*]*\S)?)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*(\S(?:[^*]*\S)?)\*"), r"<em>\1</em>"),
    (
        re.compile(r"\[([^\[\]]+)\]\((https?://[^\s()<>\"]+|mailto:[^\s()<>\"]+)\)"),
        r'<a href="\2" rel="noopener noreferrer" referrerpolicy="no-referrer">\1</a>',
    ),
)
_ITEM = re.compile(r"(?:[-*]|\d{1,3}\.)\s+")


def prose(text: str) -> str:
    r"""HTML of a text. Nothing that the author typed becomes a tag but what is named above.

    >>> prose("## Where\n\nOne **third** of <them>.\n\n- a\n- b")
    '<h2>Where</h2>\n<p>One <strong>third</strong> of &lt;them&gt;.</p>\n<ul><li>a</li><li>b</li></ul>'
    >>> prose("[x](javascript:alert(1))")
    '<p>[x](javascript:alert(1))</p>'
    """
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "\n".join(_block(block.strip()) for block in blocks if block.strip())


def _block(block: str) -> str:
    lines = [line.strip() for line in block.split("\n")]
    heading = re.fullmatch(r"(#{1,4})\s+(.+)", lines[0])
    if heading:
        level = max(2, len(heading[1]))
        rest = "\n".join(lines[1:])
        return f"<h{level}>{_inline(heading[2])}</h{level}>" + (f"\n{_block(rest)}" if rest else "")
    if all(line.startswith(">") for line in lines):
        return f"<blockquote><p>{_inline(' '.join(line[1:].strip() for line in lines))}</p></blockquote>"
    if _ITEM.match(lines[0]):
        items: list[str] = []
        for line in lines:
            found = _ITEM.match(line)
            if found:
                items.append(line[found.end() :])
            else:
                items[-1] += f" {line}"
        tag = "ol" if lines[0][0].isdigit() else "ul"
        return f"<{tag}>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</{tag}>"
    return f"<p>{_inline(' '.join(lines))}</p>"


def _inline(text: str) -> str:
    said = escape(text, quote=False).replace('"', "&quot;")
    for pattern, replacement in _INLINE:
        said = pattern.sub(replacement, said)
    return said
