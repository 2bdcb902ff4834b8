"""Words in the reader's language: one `_` for pages, jobs, mails and the command line.

The rules for every string a user sees
--------------------------------------
* The msgid is plain English, a whole sentence or a whole label; never glue two translated parts together.
* The Chinese (what most readers see) lives in the catalogue of the same room:
  ``<room>/locale/zh_CN/LC_MESSAGES/messages.po``. `python -m anxin.kernel.i18n update ROOM` adds new msgids,
  `... check` lists what still lacks Chinese; a contract test fails while that list is not empty.
* ``_("...")`` inside a function; ``lazy("...")`` at module level (it is translated when it is shown);
  ``ngettext("%(num)d person", "%(num)d people", n)`` for counts; ``pgettext("room", "Book")`` when
  one English word needs two Chinese ones. All catalogues are merged: a msgid means one thing everywhere.
* The argument is a literal: a variable cannot be found by the extractor.
* Placeholders are named: ``_("Saved at %(time)s", time=...)``. A literal percent sign is written ``%%``,
  in Python as in templates. In templates placeholders are escaped: a name typed by a person is safe.
* Write 你, verbs first, short and natural; never 病人, 异常, 筛查出. Buttons say what happens.

Which language
--------------
``locale_scope`` (jobs, mails, tests) → the cookie → the person's choice → the tenant's default → zh_CN.
The web room fills in the cookie; whoever resolves person and tenant calls ``prefer``.
"""

from __future__ import annotations

from typing import Any, cast

from babel import Locale
from babel.support import NullTranslations
from flask import Flask
from flask_babel import Babel, Domain
from flask_babel.speaklater import LazyString
from werkzeug.utils import cached_property

from anxin.kernel.i18n import catalogues
from anxin.kernel.i18n.choice import (
    DEFAULT,
    LOCALES,
    current_locale,
    current_zone,
    html_lang,
    locale_scope,
    prefer,
    resolve,
)
from anxin.kernel.i18n.dates import (
    clock_time,
    day,
    local,
    long_day,
    moment,
    month,
    number,
    percent,
    short_day,
    weekday,
)

__all__ = [
    "DEFAULT",
    "LOCALES",
    "_",
    "clock_time",
    "current_locale",
    "current_zone",
    "day",
    "html_lang",
    "init_app",
    "lazy",
    "local",
    "locale_scope",
    "long_day",
    "moment",
    "month",
    "msgid_of",
    "ngettext",
    "number",
    "percent",
    "pgettext",
    "prefer",
    "resolve",
    "short_day",
    "weekday",
]


class Rooms(Domain):
    """Flask-Babel's domain over the catalogues of every room and plugin; it also speaks outside an app."""

    def get_translations(self) -> NullTranslations:
        return catalogues.translations(current_locale())

    def gettext(self, string: str, **variables: Any) -> str:
        return self.get_translations().ugettext(string) % variables

    def ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> str:
        return self.get_translations().ungettext(singular, plural, num) % {"num": num, **variables}

    def pgettext(self, context: str, string: str, **variables: Any) -> str:
        return cast(str, self.get_translations().upgettext(context, string)) % variables


domain = Rooms()
_ = domain.gettext
ngettext = domain.ngettext
pgettext = domain.pgettext


def lazy(string: str, **variables: Any) -> LazyString:
    """A string for module level: translated each time it is shown, in the language of that moment."""
    return LazyString(domain.gettext, string, **variables)


class RoomBabel(Babel):
    """Flask-Babel with our domain, so that templates and code share one catalogue."""

    @cached_property
    def domain_instance(self) -> Domain:
        return domain


def msgid_of(text: Any) -> str:
    """What a lazy text without placeholders says in the sources, to be kept and translated when it is shown."""
    # Flask-Babel has no public way to it
    return str(text._args[0]) if isinstance(text, LazyString) else str(text)


def init_app(app: Flask) -> None:
    """Templates get `_`, `gettext`, `ngettext`, `pgettext` and the date filters."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Shanghai")
    RoomBabel(app, locale_selector=lambda: Locale.parse(current_locale()))
    # Flask-Babel's own gettext goes through its request cache; ours follows locale_scope there too
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by jinja2.ext.i18n
        gettext=lambda s: domain.get_translations().ugettext(s),
        ngettext=lambda s, p, n: domain.get_translations().ungettext(s, p, n),
        pgettext=lambda c, s: domain.get_translations().upgettext(c, s),
        newstyle=True,
    )
    filters = {f.__name__: f for f in (clock_time, day, local, long_day, moment, number, percent, short_day)}
    app.jinja_env.filters.update(filters)
