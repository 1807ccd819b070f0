"""Make `bot/addresses/data/romanised.txt`: how the divisions are written in Latin letters.

    pip install pypinyin==0.55.0 && python scripts/vendor_romanised.py

A romaniser alone is no source: it reads 朝阳 as zhaoyang, 漯河 as tahe and 什邡 as shenfang
(pypinyin 0.55.0). `READINGS` corrects it, and wherever a character has two common readings in
place names both are written down, since people copy the romaniser's as well as the sign's. A line:
code, syllables as on signs, a usual English name or nothing, other spellings.
"""

import sys
from itertools import product
from pathlib import Path

from pypinyin import lazy_pinyin

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.addresses.divisions import Division, Level, load_divisions  # noqa: E402
from bot.addresses.finding import town_stem  # noqa: E402
from bot.addresses.naming import is_zone  # noqa: E402
from bot.addresses.romanised import stem_and_kind  # noqa: E402

TARGET = ROOT / "bot" / "addresses" / "data" / "romanised.txt"
MOST_SPELLINGS = 8

# What signs say where the romaniser errs: the Ministry of Civil Affairs' readings of place names.
READINGS = {
    "什邡": "shi fang",
    "乌什": "wu shi",
    "康巴什": "kang ba shi",
    "阿图什": "a tu shi",
    "克什克腾": "ke shi ke teng",
    "塔什库尔干": "ta shi ku er gan",
    "伽师": "jia shi",
    "佛冈": "fo gang",
    "佛坪": "fo ping",
    "单县": "shan xian",
    "马尾": "ma wei",
    "漯河": "luo he",
    "珲春": "hun chun",
    "荥经": "ying jing",
    "蚌山": "beng shan",
    "泊头": "bo tou",
    "洪洞": "hong tong",
    "浚县": "xun xian",
    "涡阳": "guo yang",
    "曾都": "zeng du",
    "闵行": "min hang",
    "六合": "lu he",
    "六枝": "lu zhi",
    "六枝特": "lu zhi te",
    "覃塘": "qin tang",
    "繁峙": "fan shi",
    "大城": "dai cheng",
    "红寺堡": "hong si bu",
    "崆峒": "kong tong",
    "朝阳": "chao yang",
    "南乐": "nan le",
    "民乐": "min le",
    "襄都": "xiang du",
    "信都": "xin du",
    "望都": "wang du",
    "尧都": "yao du",
    "昆都仑": "kun du lun",
    "商都": "shang du",
    "长子": "zhang zi",
    "子长": "zi chang",
    "牟平": "mu ping",
    "枞阳": "zong yang",
    "铅山": "yan shan",
    "歙县": "she xian",
    "黟县": "yi xian",
    "六安": "lu an",
    "亳州": "bo zhou",
    "宝坻": "bao di",
    "番禺": "pan yu",
    "东阿": "dong e",
    "尉犁": "yu li",
    "尉氏": "wei shi",
    "筠连": "jun lian",
    "犍为": "qian wei",
    "乐清": "yue qing",
    "乐亭": "lao ting",
    "厦门": "xia men",
    "重庆": "chong qing",
    "百色": "bai se",
    "宕昌": "tan chang",
    "监利": "jian li",
    "瓮安": "weng an",
    "大埔": "da bu",
    "渑池": "mian chi",
    "句容": "ju rong",
    "莘县": "shen xian",
    "蠡县": "li xian",
    "蔚县": "yu xian",
    "井陉": "jing xing",
    "郫都": "pi du",
    "盱眙": "xu yi",
    "邗江": "han jiang",
    "鄄城": "juan cheng",
    "临朐": "lin qu",
    "茌平": "chi ping",
    "吕梁": "lü liang",
    "旅顺口": "lü shun kou",
    "绿园": "lü yuan",
    "绿春": "lü chun",
    "闾": "lü",
    "藁城": "gao cheng",
    "任丘": "ren qiu",
    "任泽": "ren ze",
    "任城": "ren cheng",
    "隰县": "xi xian",
    "长垣": "chang yuan",
    "桦甸": "hua dian",
    "黄陂": "huang pi",
    "硚口": "qiao kou",
    "猇亭": "xiao ting",
    "秭归": "zi gui",
    "耒阳": "lei yang",
    "郴州": "chen zhou",
    "汨罗": "mi luo",
    "澧县": "li xian",
    "儋州": "dan zhou",
    "邛崃": "qiong lai",
    "珙县": "gong xian",
    "泌阳": "bi yang",
    "柘城": "zhe cheng",
    "郏县": "jia xian",
    "荥阳": "xing yang",
    "中牟": "zhong mu",
    "牟定": "mou ding",
    "勐海": "meng hai",
    "勐腊": "meng la",
    "柞水": "zha shui",
    "吴堡": "wu bu",
    "鄠邑": "hu yi",
    "栖霞": "qi xia",
    "溧水": "li shui",
    "丽水": "li shui",
    "台州": "tai zhou",
    "天台": "tian tai",
    "弥勒": "mi le",
    "疏勒": "shu le",
    "库尔勒": "ku er le",
    "霍林郭勒": "huo lin guo le",
    "锡林郭勒": "xi lin guo le",
    "克孜勒苏": "ke zi le su",
    "策勒": "ce le",
    "尼勒克": "ni le ke",
    "会泽": "hui ze",
    "石柱": "shi zhu",
    "称多": "chen duo",
    "浪卡子": "lang ka zi",
    "车城": "che cheng",
    "南宁": "nan ning",
    "藏": "zang",
    "番路": "fan lu",
    "都匀": "du yun",
    "都昌": "du chang",
    "都安": "du an",
    "丰都": "feng du",
    "于都": "yu du",
    "花都": "hua du",
    "宜都": "yi du",
    "新都": "xin du",
    "邳州": "pi zhou",
    "甪直": "lu zhi",
    "道滘": "dao jiao",
    "高埗": "gao bu",
    "寮步": "liao bu",
    "大朗": "da lang",
    "厚街": "hou jie",
    "麻涌": "ma chong",
    "莞城": "guan cheng",
    "东莞港": "dong guan gang",
    "石碣": "shi jie",
    "长安": "chang an",
    "长治": "chang zhi",
}
# Characters that the romaniser reads otherwise in most names: 长宁 is no zhangning.
SIGNS = {
    "长": "chang",
    "朝": "chao",
    "都": "du",
    "什": "shi",
    "勒": "le",
    "佛": "fo",
    "尾": "wei",
    "泊": "bo",
    "蚌": "beng",
    "曾": "zeng",
    "莞": "guan",
    "伽": "jia",
    "卡": "ka",
    "台": "tai",
    "解": "jie",
    "柏": "bai",
    "会": "hui",
    "峙": "shi",
    "坻": "di",
    "盖": "gai",
    "色": "se",
}
# Characters with two common readings in place names; either may be typed.
BOTH = {
    "朝": "chao zhao",
    "长": "chang zhang",
    "重": "chong zhong",
    "乐": "le yue",
    "厦": "xia sha",
    "六": "lu liu",
    "行": "hang xing",
    "单": "shan dan",
    "都": "du dou",
    "会": "hui kuai",
    "番": "pan fan",
    "宿": "su xiu",
    "莘": "shen xin",
    "歙": "she xi",
    "铅": "yan qian",
    "阿": "a e",
    "柏": "bai bo",
    "尉": "wei yu",
    "泊": "bo po",
    "涡": "guo wo",
    "蚌": "beng bang",
    "洞": "dong tong",
    "峙": "zhi shi",
    "浚": "xun jun",
    "泌": "bi mi",
    "荥": "xing ying",
    "筠": "jun yun",
    "犍": "qian jian",
    "埔": "pu bu",
    "堡": "bao bu pu",
    "漯": "luo ta",
    "珲": "hun hui",
    "什": "shi shen",
    "勒": "le lei",
    "尾": "wei yi",
    "佛": "fo fu",
    "莞": "guan wan",
    "坻": "di chi",
    "枞": "zong cong",
    "台": "tai",
    "大": "da dai",
    "牟": "mu mou",
    "覃": "qin tan",
    "峒": "tong dong",
    "曾": "zeng ceng",
    "任": "ren",
    "栖": "qi xi",
    "溧": "li",
    "嵊": "sheng",
    "车": "che ju",
    "盖": "gai ge",
    "色": "se shai",
    "伽": "jia ga qie",
    "监": "jian",
    "虹": "hong",
    "浒": "hu xu",
    "邗": "han",
    "句": "ju gou",
    "宕": "tan dang",
    "解": "xie jie",
    "称": "chen cheng",
    "扎": "zha za",
    "卡": "ka qia",
    "亳": "bo hao",
    "氏": "shi",
    "渑": "mian sheng",
    "黟": "yi",
    "郫": "pi",
    "隆": "long",
    "鄱": "po",
    "巷": "xiang hang",
    "藏": "zang cang",
    "涌": "chong yong",
    "滘": "jiao",
    "埗": "bu",
    "绿": "lü",
    "吕": "lü",
}
# What the world calls some of them; the first is shown, every one is understood.
ENGLISH = {
    "150000": "Inner Mongolia|Nei Mongol|Neimeng|Neimenggu",
    "540000": "Tibet|Xizang",
    "610000": "Shaanxi|Shanxi",
    "810000": "Hong Kong|Hongkong|Xianggang",
    "820000": "Macau|Macao|Aomen",
    "710000": "Taiwan",
    "450000": "Guangxi|Kwangsi",
    "640000": "Ningxia",
    "650000": "Xinjiang|Sinkiang",
    "440000": "Guangdong|Canton|Kwangtung",
    "440100": "Guangzhou|Canton|Kwangchow",
    "110100": "Beijing|Peking",
    "110000": "Beijing|Peking",
    "230100": "Harbin|Haerbin",
    "230200": "Qiqihar|Qiqihaer",
    "150100": "Hohhot|Huhehaote|Huhhot",
    "150600": "Ordos|Eerduosi",
    "150700": "Hulunbuir|Hulunbeier",
    "150800": "Bayannur|Bayan Nur|Bayannaoer",
    "150900": "Ulanqab|Wulanchabu",
    "152200": "Hinggan|Xing'an",
    "152500": "Xilingol|Xilin Gol|Xilinguole",
    "152900": "Alxa|Alashan",
    "650100": "Urumqi|Ürümqi|Wulumuqi",
    "650200": "Karamay|Kelamayi",
    "650400": "Turpan|Turfan|Tulufan",
    "650500": "Hami|Kumul",
    "652300": "Changji",
    "652700": "Bortala|Boertala",
    "652800": "Bayingolin|Bayinguoleng",
    "652801": "Korla|Kuerle",
    "652900": "Aksu|Akesu",
    "653000": "Kizilsu|Kezilesu",
    "653100": "Kashgar|Kashi|Kaxgar",
    "653101": "Kashgar|Kashi",
    "653200": "Hotan|Hetian|Khotan",
    "653201": "Hotan|Hetian",
    "654000": "Ili|Yili",
    "654002": "Yining|Gulja|Ghulja",
    "654003": "Kuytun|Kuitun",
    "654004": "Khorgos|Horgos|Huoerguosi|Korgas",
    "654200": "Tacheng|Tarbagatay",
    "654300": "Altay|Aletai",
    "652702": "Alashankou|Alataw Pass",
    "653125": "Shache|Yarkant|Yarkand",
    "659001": "Shihezi",
    "540100": "Lhasa|Lasa",
    "540200": "Shigatse|Xigaze|Rikaze",
    "540300": "Chamdo|Qamdo|Changdu",
    "540400": "Nyingchi|Linzhi",
    "540500": "Shannan|Lhoka",
    "540600": "Nagqu|Nagchu|Naqu",
    "542500": "Ngari|Ali",
    "632801": "Golmud|Geermu",
    "533401": "Shangri-La|Xianggelila",
    "532800": "Xishuangbanna|Sipsongpanna",
    "513300": "Garzê|Garze|Ganzi",
    "513200": "Aba|Ngawa",
    "330800": "Quzhou|Chuchow",
    "350200": "Xiamen|Amoy",
    "500000": "Chongqing|Chungking",
    "500100": "Chongqing|Chungking",
    "120100": "Tianjin|Tientsin",
    "320100": "Nanjing|Nanking",
    "370200": "Qingdao|Tsingtao",
    "440300": "Shenzhen|Shenzen",
    "440500": "Shantou|Swatow",
    "210200": "Dalian|Dalien",
    "310115": "Pudong|Pudong Xin",
}


# Names that are words: 城区 of 晋城 is its Urban District.
WORDS = {"城区": "urban", "郊区": "suburban", "矿区": "mining"}


def spellings(stem: str, signs: list[str], raw: list[str]) -> list[str]:
    """Return the joined spellings beside the one on signs, the likeliest first."""
    choices = [
        dict.fromkeys([sign, *BOTH.get(character, "").split()])
        for character, sign in zip(stem, signs, strict=True)
    ]
    joined = ["".join(each) for each in product(*choices)]
    return [each for each in dict.fromkeys(["".join(raw), *joined]) if each != "".join(signs)]


def line(division: Division) -> str:
    """Return one division's line."""
    if division.level is Level.TOWN:
        stem = town_stem(division.name)
    else:
        stem, _ = stem_and_kind(division)
    raw = lazy_pinyin(stem, v_to_u=True, errors=list)
    usual = [SIGNS.get(character, read) for character, read in zip(stem, raw, strict=True)]
    signs = READINGS[stem].split() if stem in READINGS else usual
    if len(signs) != len(stem):
        sys.exit(f"{division.name}: {signs} does not fit {stem}")
    english, *more = ENGLISH.get(division.code, "").split("|")
    if division.level is Level.DISTRICT and is_zone(division):
        # Suzhou alone is the city; the zone is known by its kind alone.
        more = [f"{''.join(signs)}{kind}" for _, kind in [stem_and_kind(division)]]
    if stem in WORDS:
        more = [*more, WORDS[stem]]
    others = [*more, *spellings(stem, signs, raw)][:MOST_SPELLINGS]
    return f"{division.code}\t{' '.join(signs)}\t{english}\t{'|'.join(others)}".rstrip("\t")


def main() -> None:
    """Write the file."""
    divisions = load_divisions()
    lines = []
    for division in divisions.all_above_towns():
        lines.append(line(division))
        if division.level is Level.CITY and divisions.deliverable(division.code):
            lines += [line(town) for town in divisions.towns(division.code)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(lines)} divisions, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
