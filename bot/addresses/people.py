"""Telling the recipient's name from a piece of an address."""

import re
from enum import IntEnum
from typing import NamedTuple

from bot.addresses.characters import fold
from bot.domain.patterns import lazily

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
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|"
    "濮阳|公冶|"
    "太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|令狐|百里|呼延|东郭|南门|轩辕|第五|"
    "左丘|梁丘|谷梁"
)
HAN = r"[\u3400-\u9fff]"
HONORIFIC = (
    r"(?:先生|女士|小姐|太太|老师|师傅|阿姨|经理|老板|同学|同志|医生|护士|主任|队长|店长|总|姐|"
    r"教授|研究员|班长|博士|师兄|师姐|大爷|大妈|大叔|大姐|大哥|哥|叔|姨|嫂)"
)
PERSON = lazily(rf"{HAN}{{2,4}}")
COMPOUND = lazily(rf"(?:{COMPOUND_SURNAMES}){HAN}{{1,2}}")
ADDRESSED = lazily(rf"{HAN}{{1,4}} ?{HONORIFIC}")
# What people add in brackets: who it is, or who takes it in for them.
ADDED = lazily(rf" ?[(\[](?:男|女|先生|女士|小姐|太太|{HAN}{{2,4}}(?:代收|转交?))[)\]]$")
SPACED = lazily(rf"{HAN} {HAN}{{1,2}}")  # 张 三
ETHNIC = lazily(rf"{HAN}{{1,8}}(?:[·•・‧.]{HAN}{{1,8}}){{1,3}}")
# What names of Yi, Dai, Tibetan, Uyghur, Kazakh and Mongolian people are written with.
TRANSCRIBED = lazily(
    r"(?:泽仁|泽旺|才仁|才让|仁青|江措|罗布|尼珍|扎西|卓玛|央金|次仁|格桑|洛桑|旦增|多吉|索朗"
    r"|仁增|拉姆|尼玛|达瓦|边巴|普布|巴桑|丹增|次旦|"
    r"平措|德吉|白玛|顿珠|"
    r"旺堆|贡布|益西){1,3}|娜仁"
    r"|[岩玉][温罕香叫应坎波光恩甩宰尖扁捧腊拉龙保金喊娜南月双凤章金三]{1,2}|"
    r"[阿艾吾吉克木牛依古丽买提江扎西卓玛次仁格桑多旺堆尼格尔巴特尔"
    r"力哈斯其娜苏日乌兰布和图孜热汗合曼"
    r"拉提叶波努尔德勒别肯沙加日火曲惹石史则诺作各伍呷嫫莫岩温玉香罕叫坦娅帕孜莱提库来迪热亥迈尔旦穆"
    r"合塔尔希曼玉素甫赛达杰才让措姆普布央金顿珠平措白益洛桑欧珠乃比麦麦提图尔荪约麻贡金秋朵]{3,8}"
)
WORD = r"[A-Za-zÀ-ÿА-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі][A-Za-zÀ-ÿА-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі'.\-]*"
LATIN = lazily(rf"{WORD}(?: {WORD}){{0,3}}")
COMPANY = lazily(
    rf"{HAN}[\w()&·\- ]*(?:公司|集团|经营部|工作室|商行|商贸|贸易|旗舰店|专卖店|事务所|货运部|"
    rf"物流部|"
    r"服务部|批发部|门市部|办事处|分店|超市|便利店)"
)
NICKNAME = lazily(rf"[小老阿]{HAN}{{1,2}}|{HAN}{{1,3}}[儿仔]|({HAN})\1")
PLACE_WORDS = lazily(
    r"[路街巷弄号栋幢楼层座室省市区县镇乡村屯寨堡组队园苑城厦院场站"
    r"店馆厂库港湾里桥坊府邸庭轩阁居墅道口门]$"
    r"|街道|小区|公寓|大厦|广场|中心|单元|花园|学校|大学|医院|宿舍|号楼|附近|对面|旁边|隔壁|"
    r"门口|仓库|"
    r"快递|驿站|柜|代收|自提|送货|不要|请|谢谢|麻烦|尽快|发货|包裹|地址|电话|手机|邮编|默认|"
    r"中国|你好|您好|"
    r"微信|号码|联系|收货|收件|备注|周末|工作日|上班|下班|放在|东门|西门|南门|北门"
)
_NO_RECIPIENTS = (
    "万达 万科 金地 金茂 龙湖 华润 华府 明珠 江南 文化 圆通 中通 申通 韵达 顺丰 京东 淘宝 天猫 "
    "拼多多 "
    "衣服 鞋子 杯子 包包 手套 玩具 裙子 裤子 袜子 帽子 样品 货物 易碎 急件 加急 尽早 到付 现付 "
    "同上 "
    "改一下 重新填 重填 上一步 下一步 继续 跳过 返回 取消 匿名 保密 本人 自己 测试 便宜点 太贵了 "
    "优惠券 付款 支付 支付宝 微信支付 暂无 先不填 等会 等会儿 等等 等一下 稍后 今天 明天 后天 "
    "下单 现在下单 下次 再说 老样子 默认 客服 人工 其他 未知 未填 "
    "不知道 没有 随便 你好 在吗 好的 是的 确认 谢谢 多久 多少 什么 怎么 哪里 可以 不是 对的 没问题"
)
BRANDS = frozenset(_NO_RECIPIENTS.split())
# A forwarder's code for the person whose parcel it is. One letter alone may be a building.
CODE = (
    r"(?:(?:UID|ID|Uid|uid|id|VIP|会员|客户|编号|"
    r"用户)[:#号 ]{0,2}[A-Za-z]{0,4}-?\d[\dA-Za-z-]{1,15}"
    r"|[A-Z]{2,8}[-_/ ]?\d{1,10}(?:[-_][A-Z0-9]{1,8})*|\d{2,8}-?[A-Z]{2,6}(?:-\d+)?|"
    r"[A-Z]{1,6}-\d{3,10}"
    r"|[A-Z]{1,4}-[A-Z]{1,6}-?\d{2,10}|#\d{2,8}|No\d{3,8}|[a-z]{2,6}-\d{2,8}"
    r"|[А-ЯЁ]{2,8}[-_ ]?\d{1,10}|[A-Z]\d{4,10}"
    r"|[A-Z]{2,6}(?:\d+[A-Z]+)+\d*)"
)
WHOLE_CODE = lazily(CODE)
BOXED_CODE = (
    r"[(\[] ?(?:(?:(?:客户|会员|用户|收件|转运|专属)?(?:唛头|麦头|代码|代号|编号|标记|标识|识别码)"
    r"|会员号?|客户号?|код|code|mark)[: ]{0,2})?"
    rf"(?:{CODE}|[A-Za-z0-9-]*\d[A-Za-z0-9-]*) ?[)\]]"
)
BESIDE = lazily(
    rf"(?P<name>[^()\[\]]*?{HAN}[^()\[\]]*?|{WORD}(?: {WORD}){{0,3}}?)"
    rf"(?P<code>[ _/-]?(?:{BOXED_CODE}|{CODE}))+"
)
CODE_FIRST = lazily(
    rf"(?P<code>{CODE}|{BOXED_CODE})[ _/-]?(?P<name>{HAN}{{1,4}}|{WORD}(?: {WORD}){{0,3}})"
)
# Two who may receive: 何军/李娜, 何军或李娜, Anna / Li Ming.
EITHER = lazily(r"(?P<one>[^/&+]{2,20}?) ?(?:/|、|&|\+|或者?|和) ?(?P<other>[^/&+]{2,20})")
NUMBERED = lazily(rf"(?P<name>{HAN}{{2,4}})[ _/-]?\d{{4,8}}")  # 何军88123
RECEIPT = lazily(r"[(\[]?\s*(?:亲?(?<![代转])收|收件|亲启|启|收货|签收)\s*[)\]]?$")
LEAD_IN = lazily(
    r"^(?:还是|就是|就?写|填|[是为])[:： ]?(?=[\u3400-\u9fff]{2,4}$)"
    r"|^(?:(?:请|麻烦|帮我|帮忙){0,2}(?:寄|发|送|交)(?:给|到|至)?(?!\w{0,3}路)|"
    r"收件?人?[是为:]|我(?:的名字)?(?:叫|是)|"
    r"名字(?:叫|是)?|姓名是?|叫|给|本人)[:： ]?"
    rf"(?={HAN}{{2,4}}|[A-ZА-Я])|^(?:my name is|i am|i'm|name is|it's|меня зовут)[: ]+"
    r"|^(?:name|recipient|consignee|имя|фио|получатель|я|мен)[: ]+(?-i:(?=[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ]))",
    re.IGNORECASE,
)
# What goods end with and people's names do not: 马克杯 is a mug, though 马 is a surname.
GOODS = lazily(
    r"[杯巾鞋裤衫裙袜帽袋盒瓶链灯笔纸垫器架锁壳膜伞碗盘锅壶毯枕帘椅"
    r"桌柜床衣套包表镜刀剪漆胶膏霜液贴夹钩筐桶篮]$"
    r"|[红黄蓝绿白黑灰金银粉紫棕橙青米咖]色|[均大中小特加]码"
    r"|玩具$|衬衫|毛衣|外套|手机|耳机|充电|数据线|背包|书包|钱包|口罩|手套|雨伞|水杯|项链|耳环|戒指"
)
# Colours, sizes and goods in English: with a capital letter each they look like a name.
GOODS_WORDS = lazily(
    r"\b(?:sizes?|colou?rs?|pcs|pieces?|pairs?|black|white|red|blue|green|yellow|pink|grey"
    r"|gray|purple|"
    r"mugs?|shirts?|shoes?|sneakers?|socks?|dress(?:es)?|bags?|cases?|caps?|hats?|toys?|rings?|"
    r"watch(?:es)?|lamps?|cups?|jackets?|pants|jeans|phone case|x{1,4}[sl])\b",
    re.IGNORECASE,
)
QUANTITY = lazily(r"[\d一二两三四五六七八九十百几]+ ?[件个双条只支套盒箱包打米对张本把瓶台块]")
LATIN_PLACE = lazily(
    r"\b(?:district|road|rd|street|st|avenue|ave|city|province|room|rm|building|bldg|floor|fl|"
    r"china|prc|town|"
    r"block|no|unit|county|village|lane|park|zone|apt|suite|plaza|tower|warehouse|industrial|"
    r"center|centre|"
    r"hotel|school|university|gate|house|mansion|garden|square|market|factory|shop|store|near|"
    r"behind|opposite|"
    r"lu|jie|dadao|shi|qu|sheng|xian|zhen|hao|lou|ул|улица|город|район|дом|кв|провинция|этаж|"
    r"склад)\b\.?",
    re.IGNORECASE,
)
_CONTACT_WORDS = (
    "phone tel mobile number no num contact wechat whatsapp telegram viber handy cell call "
    "address addr street "
    "zip code post postcode name recipient consignee receiver hello hi hey please thanks thank "
    "ok yes "
    "телефон тел моб номер адрес получатель индекс имя привет спасибо вичат китай мекенжай qq "
    "email "
    "client cliente kunde customer клиент code код mark user id the and to at on for is my from "
    "with order delivery shipping deliver china same as before none null next skip continue back "
    "test testing asdf qwerty unknown anonymous default operator human agent support later "
    "tomorrow today now start help you me myself nobody cancel"
)
NO_NAMES = frozenset(_CONTACT_WORDS.split())


class Likeness(IntEnum):
    """How much a piece of text looks like a recipient's name."""

    NONE = 0
    WEAK = 1
    STRONG = 2


def tidy_name(text: str) -> str:
    """Return a name as written, without `收`, `(收)`, a lead-in and stray punctuation around it."""
    plain = text.strip(" ,;:。、-_/|\"'!~&")
    if _wrapped(plain):
        plain = plain[1:-1].strip()
    plain = LEAD_IN.sub("", plain, count=1)
    shorter = RECEIPT.sub("", plain)
    name = shorter if shorter.strip(" ,;:。、-_/|([") else plain
    name = name.strip(" ,;:。、-_/|")
    if name.count("(") < name.count(")"):
        name = name.rstrip(")")
    if name.count("[") < name.count("]"):
        name = name.rstrip("]")
    if name.count("(") > name.count(")"):
        name = name.lstrip("(")
    if name.count("[") > name.count("]"):
        name = name.lstrip("[")
    return " ".join(name.strip(" ,;:。、-_/|").split())


def _wrapped(text: str) -> bool:
    return (
        len(text) > len("()")
        and (text[0], text[-1]) in {("(", ")"), ("[", "]")}
        and not any(each in text[1:-1] for each in "()[]")
    )


def likeness(text: str) -> Likeness:
    """Return how much a whole piece looks like a person or a company that receives."""
    name = ADDED.sub("", fold(tidy_name(text)))
    if not name:
        return Likeness.NONE
    if WHOLE_CODE.fullmatch(name):
        return Likeness.WEAK
    for pattern in (BESIDE, CODE_FIRST):
        if found := pattern.fullmatch(name):
            beside = found["name"].strip(" _/-")
            if beside in SURNAMES or _plain_likeness(beside):
                return Likeness.STRONG
    either = EITHER.fullmatch(name)
    if either and all(_plain_likeness(each) for each in (either["one"], either["other"])):
        return Likeness.WEAK
    numbered = NUMBERED.fullmatch(name)
    if numbered and _han_likeness(numbered["name"]) is Likeness.STRONG:
        return Likeness.WEAK
    return _plain_likeness(name)


def is_either(text: str) -> bool:
    """Return whether a piece names two people."""
    return EITHER.fullmatch(tidy_name(text)) is not None


def has_code(text: str) -> bool:
    """Return whether a piece holds a forwarder's code, alone or beside a name."""
    name = fold(tidy_name(text))
    return any(pattern.fullmatch(name) for pattern in (WHOLE_CODE, BESIDE, CODE_FIRST))


def is_code(text: str) -> bool:
    """Return whether a piece is a forwarder's code and nothing else."""
    return WHOLE_CODE.fullmatch(text.strip(" ,;:()[]")) is not None


def _plain_likeness(name: str) -> Likeness:
    if ETHNIC.fullmatch(name) or COMPANY.fullmatch(name):
        return Likeness.STRONG
    if SPACED.fullmatch(name) and name[0] in SURNAMES:
        return _han_likeness(name.replace(" ", ""))
    if LATIN.fullmatch(name):
        return _latin_likeness(name)
    if any(character.isdigit() for character in name):
        return Likeness.NONE
    if ADDRESSED.fullmatch(name) and name not in BRANDS:
        return Likeness.STRONG
    return _han_likeness(name)


def is_casual(text: str) -> bool:
    """Return whether a token is a nickname (小明, 老王) or one foreign name (Anna).

    Beside a telephone number it is the recipient; anywhere else it may be anything.
    """
    name = fold(tidy_name(text))
    return bool(NICKNAME.fullmatch(name) or LATIN.fullmatch(name))


def _latin_likeness(name: str) -> Likeness:
    words = name.lower().split()
    if LATIN_PLACE.search(name) or all(word.strip(".") in NO_NAMES for word in words):
        return Likeness.NONE
    if any(word.strip(".'") in NO_NAMES for word in words):
        return Likeness.WEAK
    if len(name) == 1:
        return Likeness.NONE
    return Likeness.STRONG if " " in name and name[0].isupper() else Likeness.WEAK


def _han_likeness(name: str) -> Likeness:
    # 轩 and 庭 end given names more often than buildings.
    placed = PLACE_WORDS.search(name[:-1] if name[-1:] in "轩庭" and name[:1] in SURNAMES else name)
    if placed or name in BRANDS:
        return Likeness.NONE
    if COMPOUND.fullmatch(name):
        return Likeness.STRONG
    if TRANSCRIBED.fullmatch(name):
        return Likeness.STRONG
    if PERSON.fullmatch(name):
        known = name[0] in SURNAMES and len(name) < LONGEST_HAN_NAME
        return Likeness.STRONG if known else Likeness.WEAK
    return Likeness.NONE


# What a person's name may stand behind without a space: 3楼李明, 5号楼2单元李明, 1502室王先生.
UNIT_BEFORE = lazily(
    r"(?:[\dA-Za-z一二三四五六七八九十](?:号楼|单元|[号室楼栋座层户幢房铺区门排组队院弄]))$|"
    r"[室号栋幢座]$"
)
DIGIT_BEFORE = lazily(r"[\dA-Za-z)]$")
PLACE_BEFORE = lazily(
    r"(?:广场|大厦|小区|公寓|花园|学校|大学|中学|小学|医院|宿舍|工业区|"
    r"公司|集团|经营部|工作室|商行|旗舰店|事务所|办事处|"
    r"[村苑园店厂路街巷寓楼层门城场站馆]|门口|旁边?|对面|附近|隔壁)$"
)
ANYTHING = lazily("")
GLUED_TRANSCRIBED = lazily(rf"(?<=[^·•])[阿艾买努古热帕吐麦亚库依]{HAN}{{1,6}}[·•]{HAN}{{2,8}}$")
BOXED = lazily(
    r"[(\[]\s*(?P<name>[^()\[\]]{1,20}?)(?<![代转])\s*(?:亲?收|收件|启)\s*[)\]]"
    r"|[(\[]\s*(?:收件人?|收货人?|联系人|收)[: ]*(?P<other>[^()\[\]]{1,20})[)\]]"
)


class Glued(NamedTuple):
    """A name that ends a street with nothing between them."""

    name: str
    sure: bool


def glued_name(text: str) -> Glued | None:
    """Return the name that ends a street (3楼李明, 建设路8号王芳收), or None."""
    ending = RECEIPT.search(text)
    whole = fold(text[: ending.start()] if ending and ending.start() else text)
    if transcribed := GLUED_TRANSCRIBED.search(whole):
        name = text[transcribed.start() : transcribed.end()]
        return Glued(name, sure=UNIT_BEFORE.search(whole[: transcribed.start()]) is not None)
    ways = ((UNIT_BEFORE, True), (DIGIT_BEFORE, True), (PLACE_BEFORE, False), (ANYTHING, False))
    for before, sure in ways:
        for length in (4, 3, 2):
            name, rest = whole[-length:], whole[:-length]
            if len(rest) > 1 and _is_glued(name) and before.search(rest):
                return Glued(text[len(rest) : len(rest) + length], sure)
    return None


def _is_glued(name: str) -> bool:
    if ADDRESSED.fullmatch(name):
        return name[0] in SURNAMES and len(name) <= LONGEST_HAN_NAME
    return re.fullmatch(f"{HAN}+", name) is not None and _han_likeness(name) is Likeness.STRONG
