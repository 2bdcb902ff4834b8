"""The words of a notice, found when they are shown: a new text or another language counts for old notices
too.
"""

from collections.abc import Mapping
from typing import Any

from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import _


def text_of(ctx: Ctx, kind: str, params: Mapping[str, Any]) -> str:
    """The current text in the language of the moment; a neutral one when its plugin is gone."""
    declared = ctx.runtime.registry.notices.get(kind)
    if declared is None:
        return _("There is news for you. Please sign in to see it.")
    return str(declared.text(**params) if callable(declared.text) else declared.text)
