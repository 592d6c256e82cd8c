"""Codes and figures into sentences, in three languages.

Tables carry a code and its figures, never prose. `say` makes the sentence for pages, API, files and command line
alike. The sentences stand in `catalogue/`, one TOML file a room, the three languages side by side:

    [stage.former]
    zh-hans = "流失期"
    zh-hant = "流失期"
    en = "Former"
"""

from shuke.kit.text._catalogue import LANGUAGES, keys, require_language, say, template
from shuke.kit.text._explain import explain, percent
from shuke.kit.text._figures import compact_money, day, money, number, share
from shuke.kit.text._names import NamesGiven, called, name_given, names_used, use_names

__all__ = [
    "LANGUAGES",
    "NamesGiven",
    "called",
    "compact_money",
    "day",
    "explain",
    "keys",
    "money",
    "name_given",
    "names_used",
    "number",
    "percent",
    "require_language",
    "say",
    "share",
    "template",
    "use_names",
]
