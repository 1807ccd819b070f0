"""The worst titles there are, and what a message has to be to be taken."""

import re

TITLES = {
    "plain": "Warm winter boots " * 100,
    "chinese": "加绒加厚保暖雪地靴" * 150,
    "markup": "<b>Boots</b> & <script>alert('1')</script> " * 50,
    "emoji": "🎀👨‍👩‍👧‍👦" * 300,
    "right to left": "\u202eevil\u202c שלום " * 200,
}


_TAGS = re.compile(r"<(/?)(\w+)>")


def well_formed(text: str) -> bool:
    """Tell whether every tag is one of ours and is closed in order."""
    open_tags: list[str] = []
    for closing, name in _TAGS.findall(text):
        if closing:
            if not open_tags or open_tags.pop() != name:
                return False
        else:
            open_tags.append(name)
    return not open_tags and "<script" not in text
