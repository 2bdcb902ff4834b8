"""A plugin to begin with: working, tested, in two languages. `anxin plugin new` writes it from the files
beside this.

The files end in .tpl so that no tool takes them for code of this package. Four words stand for the author's:

    plugname   the plugin's name      thing/Thing/things   what it keeps
    Plugtitle  its English title      Plugchinese          its Chinese title
"""

import keyword
import re
from dataclasses import dataclass
from pathlib import Path

TEMPLATES = Path(__file__).parent
SUFFIX = ".tpl"
NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
THING = re.compile(r"[a-z][a-z]{1,30}")
TAKEN = {
    "core",
    "guard",
    "public",
    "anxin",
    "api",
    "test",
    "tests",
}  # schemas and addresses that are somebody's


class UnusableName(ValueError):
    """A name that cannot become a package, a schema and an address; the message says why."""


@dataclass(frozen=True)
class Words:
    """What the author calls things."""

    name: str
    thing: str
    title: str
    chinese: str

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name) or self.name in TAKEN or keyword.iskeyword(self.name):
            raise UnusableName(
                f"{self.name!r} cannot be a plugin's name: it becomes a package, a database schema "
                "and an address, so "
                "use lower-case letters, digits and _, and none of " + ", ".join(sorted(TAKEN))
            )
        if not THING.fullmatch(self.thing) or keyword.iskeyword(self.thing):
            raise UnusableName(
                f"{self.thing!r} cannot be what a row is called: use one lower-case English word"
            )
        for title in (self.title, self.chinese):
            if not title.strip() or not title.isprintable() or re.search(r"[\"\\%{}]", title):
                raise UnusableName(
                    f"{title!r} cannot be a title: leave out quotes, backslashes, braces and %"
                )

    def put_into(self, text: str) -> str:
        for token, word in (
            ("plugname", self.name),
            ("Plugtitle", self.title),
            ("Plugchinese", self.chinese),
            ("Thing", self.thing.capitalize()),
            ("thing", self.thing),
        ):
            # nothing and something are no things
            text = re.sub(rf"(?<![A-Za-z]){token}", word, text)
        return text


def one_of(plural: str) -> str:
    """wishes → wish, stories → story, notes → note; a name that is no plural stays."""
    for ending, single in (
        ("ies", "y"),
        ("shes", "sh"),
        ("ches", "ch"),
        ("xes", "x"),
        ("ses", "s"),
        ("s", ""),
    ):
        if plural.endswith(ending) and not plural.endswith("ss"):
            return plural.removesuffix(ending) + single
    return plural


def write(parent: Path, words: Words) -> list[Path]:
    """Write the plugin into parent/<name>, which must not exist; returns the files made, relative to it."""
    home = parent / words.name
    home.mkdir(parents=True)
    made = []
    for template in sorted(TEMPLATES.rglob(f"*{SUFFIX}")):
        place = words.put_into(template.relative_to(TEMPLATES).as_posix().removesuffix(SUFFIX))
        target = home / (".gitignore" if place == "gitignore" else place)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(words.put_into(template.read_text(encoding="utf-8")), encoding="utf-8")
        made.append(target.relative_to(home))
    return made
