"""Chinese names: a pinyin sort key with surnames read right (单 Shan, 仇 Qiu, 区 Ou, 曾 Zeng, 解 Xie …).

Lists are in this order and are searched by it: by pinyin ("linxiao", "lin xiao"), by initials ("lxf") or by the name
itself. The key is kept in the row because the embedded database has no collation that knows Chinese.

Characters are read one by one. pypinyin's 47,000 phrases cost 44 MB and a second in each process that meets a name,
and of 66,000 pairs of characters from given names they read 127 otherwise, most of them because a name is taken for
a word (传奇, 财会). What single characters get wrong in names is in GIVEN.
"""

import os
from collections.abc import Callable
from functools import cache

# pypinyin reads these as common words; as surnames they sound otherwise
SURNAMES = {
    "单": "shan", "仇": "qiu", "区": "ou", "曾": "zeng", "解": "xie", "查": "zha", "任": "ren", "盖": "ge", "朴": "piao",
    "翟": "zhai", "尉": "wei", "华": "hua", "燕": "yan", "纪": "ji", "谌": "chen", "覃": "qin", "召": "shao", "缪": "miao",
    "折": "she", "黑": "he", "员": "yun", "盛": "sheng", "乐": "yue", "洗": "xian", "冼": "xian", "万": "wan", "宁": "ning",
    "尹": "yin", "卜": "bu", "隗": "wei", "种": "chong", "繁": "po", "牟": "mu", "逄": "pang", "莘": "shen", "令": "ling",
    "句": "gou", "秘": "bi", "阚": "kan", "重": "chong", "藏": "zang", "都": "du", "么": "yao", "幺": "yao", "祭": "zhai",
    "佴": "nai", "郇": "xun", "郄": "xi", "厦": "sha", "晟": "cheng", "撒": "sa", "俱": "ju", "长": "zhang", "应": "ying",
}  # fmt: skip
# and these have another first reading in the dictionary than in a given name
GIVEN = {"长": "cháng", "重": "chóng", "都": "dū", "似": "sì", "着": "zhuó"}
COMPOUND = {
    "尉迟": "yu chi",
    "长孙": "zhang sun",
    "万俟": "mo qi",
    "单于": "chan yu",
    "澹台": "tan tai",
    "宇文": "yu wen",
}


def sort_key(name: str) -> str:
    """ "单晓峰" → "shan xiao feng"; names without Chinese characters sort by themselves, lower-cased."""
    plain = name.strip()
    for surname, sound in COMPOUND.items():
        if plain.startswith(surname):
            return " ".join((sound, *_sounds(plain[len(surname) :])))
    if plain[:1] in SURNAMES:
        return " ".join((SURNAMES[plain[0]], *_sounds(plain[1:])))
    return " ".join(_sounds(plain))


def _sounds(text: str) -> list[str]:
    return [sound.strip().lower() for sound in _reader()(text) if sound.strip()]


@cache
def _reader() -> Callable[[str], list[str]]:
    """lazy_pinyin without its phrases; 12 MB, which most processes never need."""
    os.environ |= {"PYPINYIN_NO_PHRASES": "true", "PYPINYIN_NO_DICT_COPY": "true"}  # read at its import
    from pypinyin import lazy_pinyin, load_single_dict  # see above

    load_single_dict({ord(character): sound for character, sound in GIVEN.items()})
    return lazy_pinyin
