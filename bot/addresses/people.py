"""Telling the recipient's name from a piece of an address."""

import re
from enum import IntEnum

LONGEST_HAN_NAME = 4
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱丘侯江尹薛闫阎雷龙史陶贺毛段郝顾龚邵万覃武钱戴严莫孔向"
    "汤温常康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴"
    "霍涂成苗谷曲盛冉翁蓝骆路游靳辛管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑"
    "景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟"
    "邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹"
    "井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯"
    "隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由郗涂矫"
)
COMPOUND_SURNAMES = (
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|"
    "太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|令狐|百里|呼延|东郭|南门|轩辕|第五|左丘|梁丘|谷梁"
)
HAN = r"[\u3400-\u9fff]"
HONORIFIC = r"(?:先生|女士|小姐|太太|老师|师傅|阿姨|经理|老板|同学|同志|医生|总|姐|哥|叔|姨|嫂)"
PERSON = re.compile(rf"{HAN}{{2,4}}")
COMPOUND = re.compile(rf"(?:{COMPOUND_SURNAMES}){HAN}{{1,2}}")
ADDRESSED = re.compile(rf"{HAN}{{1,4}}{HONORIFIC}")
ETHNIC = re.compile(rf"{HAN}{{1,8}}(?:[·•・‧]{HAN}{{1,8}}){{1,3}}")
LATIN = re.compile(r"[A-Za-zÀ-ÿА-Яа-яЁё][A-Za-zÀ-ÿА-Яа-яЁё'.\-]+(?: [A-Za-zÀ-ÿА-Яа-яЁё'.\-]+){0,3}")
COMPANY = re.compile(
    rf"{HAN}[\w()&·\- ]*(?:公司|集团|经营部|工作室|商行|商贸|贸易|旗舰店|专卖店|事务所)"
)
NICKNAME = re.compile(rf"[小老阿]{HAN}{{1,2}}|{HAN}{{1,3}}[儿仔]")
PLACE_WORDS = re.compile(
    r"[路街巷弄号栋幢楼层座室省市区县镇乡村屯寨堡组队园苑城厦院场站店馆厂库港湾里桥坊府邸庭轩阁居墅道口门]$"
    r"|街道|小区|公寓|大厦|广场|中心|单元|花园|学校|大学|医院|宿舍|号楼|附近|对面|旁边|隔壁|门口|"
    r"快递|驿站|柜|代收|自提|送货|不要|请|谢谢|麻烦|尽快|发货|包裹|地址|电话|手机|邮编|默认|中国|你好|您好"
)
BRANDS = frozenset({"万达", "万科", "金地", "金茂", "龙湖", "华润", "华府", "明珠", "江南", "文化"})
RECEIPT = re.compile(r"[(]?[\s]*(?:亲?收|启)[)]?$")
LATIN_PLACE = re.compile(
    r"\b(?:district|road|rd|street|st|avenue|ave|city|province|room|building|floor|china|town|"
    r"block|no|unit|county|village|lane|park|zone|apt|suite|plaza|tower)\b",
    re.IGNORECASE,
)


class Likeness(IntEnum):
    """How much a piece of text looks like a recipient's name."""

    NONE = 0
    WEAK = 1
    STRONG = 2


def tidy_name(text: str) -> str:
    """Return a name without `收`, `(收)` and stray punctuation around it."""
    plain = text.strip(" ,;:。、-_/|\"'")
    if plain.startswith("(") and plain.endswith(")"):
        plain = plain[1:-1]
    name = RECEIPT.sub("", plain)
    return " ".join(name.strip(" ,;:。、-_/|").split())


def likeness(text: str) -> Likeness:
    """Return how much a whole token looks like a person or a company that receives."""
    name = tidy_name(text)
    if ETHNIC.fullmatch(name) or COMPANY.fullmatch(name):
        return Likeness.STRONG
    if LATIN.fullmatch(name):
        return _latin_likeness(name)
    if any(character.isdigit() for character in name):
        return Likeness.NONE
    return Likeness.STRONG if ADDRESSED.fullmatch(name) else _han_likeness(name)


def is_casual(text: str) -> bool:
    """Return whether a token is a nickname (小明, 老王) or one foreign name (Anna).

    Beside a telephone number it is the recipient; anywhere else it may be anything.
    """
    name = tidy_name(text)
    return bool(NICKNAME.fullmatch(name) or LATIN.fullmatch(name))


def _latin_likeness(name: str) -> Likeness:
    if LATIN_PLACE.search(name):
        return Likeness.NONE
    return Likeness.STRONG if " " in name and name[0].isupper() else Likeness.WEAK


def _han_likeness(name: str) -> Likeness:
    if PLACE_WORDS.search(name) or name in BRANDS:
        return Likeness.NONE
    if COMPOUND.fullmatch(name):
        return Likeness.STRONG
    if PERSON.fullmatch(name):
        known = name[0] in SURNAMES and len(name) < LONGEST_HAN_NAME
        return Likeness.STRONG if known else Likeness.WEAK
    return Likeness.NONE


GLUED = re.compile(
    rf"(?<=[号室楼栋座层户幢房铺\d)A-Za-z])((?:{COMPOUND_SURNAMES}){HAN}{{1,2}}|{HAN}{{2,3}}"
    rf"|{HAN}{{1,2}}{HONORIFIC})$"
)


def glued_name(text: str) -> str:
    """Return the name that ends a street with nothing between them (30号王小明), or nothing."""
    found = GLUED.search(text)
    if not found or likeness(found.group(1)) is not Likeness.STRONG:
        return ""
    return found.group(1)
