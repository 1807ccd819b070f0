"""What a seller's title says the goods are, where a line has no room for all of it.

Titles on 1688 begin with what is to be found by: the year, the style, who it is for, how it is
sold. What the goods are comes after that, and is what a cut at the end would lose.
"""

import re

_BLOCK = re.compile(r"^\s*(?:【[^】]*】|\[[^\]]*\]|（[^）]*）|\([^)]*\)|「[^」]*」)\s*")
_YEAR = re.compile(r"^20[2-4]\d\s*(?:年|新款|款|new\b)?\s*", re.IGNORECASE)
_ORNAMENTS_ZH = """
    新款 跨境 外贸 厂家直销 厂家批发 厂家 工厂直销 工厂 源头 批发 直销 现货 定制 定做 热卖 热销
    爆款 网红 同款 抖音 亚马逊 速卖通 ins风 ins 北欧 简约 轻奢 高级感 高颜值 创意 个性 时尚
    潮流 百搭 韩版 日系 日式 欧美 中式 复古 可爱 精致 高档 高端 优质 家用 家居 春季 夏季 秋季
    冬季 春秋 夏天 冬天 春夏 秋冬 大号 小号 加厚 加大 特大号 男女 女士 男士 女 男 情侣 儿童 学生
    成人 宝宝 新品 一件代发 支持 私人 亚光 哑光 轻便 便携 多功能 款 风 的
"""
_ORNAMENTS_EN = """
    new hot hot-selling cross-border foreign trade factory direct wholesale supply spot stock
    customized customizable custom fashion fashionable creative popular internet celebrity ins style
    nordic minimalist simple light-luxury luxury high-end high-quality premium quality cute vintage
    retro korean japanese european american spring summer autumn winter household home women's men's
    women men ladies girls boys unisex adult children's thickened thick enlarged large small
    extra-large portable multifunctional universal matte fully lifelike natural all-match and for
    amazon tiktok explosive latest modern large-capacity capacity
"""
_FIRST_WORDS = frozenset(_ORNAMENTS_EN.split())
# The longest first: of 厂家直销 nothing is to be left.
_ORNAMENT = re.compile(
    "|".join(map(re.escape, sorted(_ORNAMENTS_ZH.split(), key=len, reverse=True)))
)


def telling(title: str, most: int) -> str:
    """Return a title without the ornaments it begins with, as far as it is longer than `most`.

    Never less than a third of that room, so that a title made of ornaments alone keeps its end.
    """
    text = " ".join(title.split())
    while len(text) > most:
        shorter = _without_first(text)
        if shorter is None or len(shorter) < most // 3:
            break
        text = shorter
    return text


def _without_first(text: str) -> str | None:
    """Return the text without one ornament at its beginning; None when it begins with goods."""
    for pattern in (_BLOCK, _YEAR):
        match = pattern.match(text)
        if match and match.end():
            return text[match.end() :]
    word, _, rest = text.partition(" ")
    if rest and word.strip(",;:·&").casefold() in _FIRST_WORDS:
        return rest.lstrip("&,·- ")
    found = _ORNAMENT.match(text.casefold())
    return text[found.end() :].lstrip(" ·,，、") if found else None
