"""What people say to a bot that is no product, no address and no number.

Whole messages only: 订单 is the command, 订单本 a notebook. Nothing here is ever searched for or
stored; each screen answers in its own words.
"""

import re
import unicodedata
from enum import Enum

from bot.domain.patterns import lazily

_YES = (
    "是的 是 对的 对呀 对 没错 没问题 没有问题 好的 好哒 好滴 好 可以 行的 行 嗯嗯 嗯 "
    "确认 确定 正确 保存 无误 信息无误 "
    "ok okay okey yes yep yeah yup y k sure right correct confirmed confirm saved save "
    "fine good да ага верно правильно ок хорошо подтверждаю сохранить иә ия дұрыс"
)
_PHRASES = (
    "that's right|thats right|that is right|that's correct|it is right|it's right|looks good|"
    "looks right|looks correct|all good|all right|please save|go ahead|all correct|"
    "всё верно|все верно|всё правильно|все правильно|就是这个|就这个|全对|都对"
)
_POLITE = "please|thanks|thank you|谢谢|спасибо"
_YES_WORD = "|".join(map(re.escape, [*_PHRASES.split("|"), *_YES.split()]))
_IS_YES = lazily(rf"(?:(?:{_YES_WORD}) ?){{1,3}}(?:{_POLITE})?")
_COMMANDS = {
    "/help": "help 帮助 怎么用 помощь көмек",
    "/orders": "orders order 订单 我的订单 заказы тапсырыстар",
    "/watches": "watchlist 我的提醒 降价提醒 到货提醒",
    "/cart": "cart basket 购物车 корзина себет",
    "/cancel": "cancel 取消 取消吧 отмена",
    "/start": "start menu home stop exit quit back 开始 首页 菜单 退出 返回 算了 меню стоп",
    "/language": "language 语言 中文 英文 english chinese язык",
    "/address": "address addresses 地址 收货地址 адрес адреса",
}
_COMMAND_PHRASES = {
    "/help": "help me|i need help|please help|帮帮我|помогите",
    "/orders": "my orders|show my orders|see my orders|order history|查看订单|看看订单|"
    "订单列表|мои заказы",
    "/watches": "my watches|my watchlist|watch list|my watch list|我的关注",
    "/cart": "my cart|show my cart|我的购物车|моя корзина",
    "/start": "start over|go back|never mind|nevermind",
    "/language": "change language|change the language|切换语言",
}
_COMMAND_OF = {
    **{word: command for command, words in _COMMANDS.items() for word in words.split()},
    **{said: command for command, all_ in _COMMAND_PHRASES.items() for said in all_.split("|")},
}
# Goods as well, so they are commands only behind a slash.
_ONLY_SLASHED = {
    "/categories": "categories category 分类 类目 категории санаттар",
    "/watches": "watches watch 提醒 关注",
    "/buys": "buys 拼团 我的拼团",
    "/support": "support 客服 人工 联系客服 поддержка",
    "/privacy": "privacy 隐私 конфиденциальность",
}
_SLASHED = {word: command for command, words in _ONLY_SLASHED.items() for word in words.split()}
_OPENINGS = (
    "在吗|在么|在不在|你好|您好|哈喽|嗨|谢谢|多谢|辛苦了|感谢|付完了|已付款|付款了|"
    "请问|麻烦|为什么|怎么|如何|"
    "什么|哪[个里些儿款种]|谁|几[天点个号]|多久|多少|能不能|可不可以|可以[^路]|有没有|是不是|"
    "我想|我要|我的|帮我|"
    "给我|不知道|没有|随便|不要|不用|不是|不对|错了?$|等一下|稍等|再说|请(?!收)|别[发送寄给]|"
    "周末|工作日|"
    "尽快|加急"
)
_ENDINGS = (
    "吗|呢|吧|么|多久|多少钱?|运费|到货|发货|快递|送货|退货|退款|便宜|优惠|价格|客服|人工|什么时候"
)
_AMID = "多久|什么时候|能不能|可不可以|是否|有没有|怎么样"
_ENGLISH = (
    "hi|hello|hey|thanks?|thank you|thx|please|pls|how|what|when|where|why|who|which|can|could|"
    "would|will|do|does|did|is|are|am|i'm|i'd|i'll|i|we|my order|no thanks?|not|wait|don'?t|"
    "good (?:morning|evening|day)|nothing|whatever|no idea|later|talk to|speak to|need|want"
)
_OTHERS = (
    "привет|здравствуйте|спасибо|пожалуйста|где|когда|как|что|почему|сколько|можно|хочу|нет|не|"
    "сәлем|рахмет|қайда|қашан|қанша|жоқ|я|мне|у меня|кто|какой|какая|какое|какие|зачем|откуда"
)
_TALK = lazily(
    rf"[?？]|^(?:{_OPENINGS})|(?:{_ENDINGS})[。!！~]*$|(?:{_AMID})|^(?:{_ENGLISH}|{_OTHERS})(?!\w)",
    re.IGNORECASE,
)
_SAID = (
    # Chinese
    "亲|老板|亲?[，, ]?(?:在吗|在么|在不在|有人吗)|(?:亲|老板)?(?:你|您)好呀?|哈喽|嗨|(?:早上|下午|"
    "晚上|中午)好|早|(?:谢谢|多谢|感谢|"
    "辛苦)(?:了|啦|你|您|亲|大家|老板|客服)?|知道了|明白了?|收到|不客气|"
    "(?:我)?(?:已经?)?(?:付款|付|支付)(?:完|好)?了|已(?:付款|支付)|"
    "怎么(?:付款|支付|下单|买|用|退货|退款|取消)|(?:请问)?(?:包邮吗|多少钱|运费(?:是)?(?:多少|"
    "怎么算)(?:钱)?)|"
    "(?:还)?有现?货吗|(?:起批量|起订量|最低)(?:是)?多少(?:起订|起批|件)?|便宜点|怎么卖|多少钱一[个件双只]|几块钱?|什么价格?|价格|"
    "质量(?:怎么样|好吗|有问题)|(?:是)?什么材质|再见|拜拜|早安|晚安|哈哈+|哦+|"
    "(?:这个|这款|这件)(?:多少钱|怎么卖|有货?吗|有没有)|有(?:没有)?(?:这个|这款|同款)|求?同款|"
    "(?:我)?(?:想)?(?:要|找|买)(?:这个|这款|这种|同款)|do you have (?:this|it)|(?:find|i want|"
    "i need|looking for) (?:this|it|the same)(?: one)?|this one|"
    "(?:可以|能)帮帮?我吗|你是谁|你是机器人吗?|收到了?|已收货|"
    "(?:发错|少发)货?了|退钱|有?(?:什么|几种|哪些)颜色|发什么快递|包装怎么样|(?:可以|支持|能)定制吗|"
    "发图|看实物图|加微信|电话多少|地址在哪里?|营业时间|"
    "(?:我(?:想)?要)?(?:退款|退货)|(?:可以|能)(?:退|退货|退款|便宜点?|优惠|开发票)吗|"
    # English
    "(?:hi|hello|hey)(?: there| everyone)?|good (?:morning|evening|afternoon|day)|"
    "(?:ok(?:ay)? )?(?:many )?(?:thanks|thank you|thx|ty|cheers)"
    "(?: so much| very much| a lot| again)?|got it|i see|understood|never mind|how are you|"
    "(?:what(?: is|'s) the )?price|how much|(?:are you|anyone|anybody|is anyone) there|who are you|"
    "what (?:is this|can you do)|"
    "how (?:do|"
    "can|to)(?: i)? (?:pay|order|buy|return|cancel)(?: \\w+){0,3}|"
    "how much (?:is|are|does|for)(?: the)? ?(?:shipping|delivery|it|"
    "this)(?: cost)?(?: to [\\w ]+)?|(?:do|can) you (?:ship|deliver) to [\\w ]+|"
    "(?:i(?:'ve| have)? )?(?:just )?paid(?: already| now)?|payment (?:is )?done|"
    "(?:i want |can i get )?(?:a )?refund|"
    "(?:good ?)?bye(?: bye)?|good night|(?:the )?shipping cost|is (?:it|this)(?: still)? "
    "(?:available|in stock|real|original)|how long (?:is|does)(?: the)? (?:delivery|shipping)"
    "(?: take)?|do you (?:accept|take) [\\w ]+|can i (?:pay (?:by|with) [\\w ]+|get a discount)|"
    "(?:any|is there a) discount|what(?: is|'s) the (?:moq|minimum)|minimum order(?: quantity)?|"
    "are you a (?:ro)?bot|wrong item|"
    "i want my money back|(?:what|which) sizes?(?: do you have)?|"
    "can you customi[sz]e(?: it)?|send (?:me )?(?:photos|pictures)|(?:what(?: is|'s) )?your "
    "(?:phone|number|phone number|address)|where are you(?: located| from)?|working hours|"
    # Russian and Kazakh
    "где посылка|(?:скидка есть|есть скидка)|минимальный заказ|сколько дней доставка|"
    "отменить заказ|какой размер|какие (?:размеры|цвета)(?: есть)?|до свидания|"
    "привет|здравствуйте|добрый (?:день|вечер)|(?:большое )?спасибо(?: большое)?|где (?:мой|моя|"
    "мои) (?:заказы?|посылка)|как (?:оплатить|заказать|отменить)|"
    "сколько стоит доставка[\\w ]*|(?:я )?оплатила?|(?:позовите )?оператора?|когда (?:прид[её]т|"
    "будет|доставят)[\\w ]*|сәлем(?:етсіз бе)?|рахмет"
)
_ORDER = (
    "(?:请问)?(?:大概)?(?:多久|几天|什么时候|啥时候)(?:能|可以|会)?(?:到货?|发货|收到|送到)|"
    "(?:今天|明天)?(?:能)?发货(?:了)?吗|(?:我的)?(?:订单|快递|包裹|货)(?:呢|到哪里?了|在哪里?|到了吗|"
    "发了吗)|查(?:一下)?(?:物流|快递|订单)|催(?:一下)?发货|(?:还)?没收到货?|包裹丢了|"
    "where(?: is|'s) my (?:orders?|parcel|package|goods)|track my (?:order|parcel|package)|"
    "(?:when|how long) (?:will|does) (?:it|my order|my parcel|delivery)(?: \\w+){0,3}|"
    "my (?:parcel|package|order) (?:is|was|got) lost|cancel my order|отменить заказ|где посылка|"
    "где (?:мой|моя|мои) (?:заказы?|посылка)|когда (?:прид[её]т|будет|доставят)[\\w ]*"
)
_HUMAN = (
    "转?人工(?:客服)?|(?:找|联系)?客服|"
    "(?:i want |can i |let me |i'd like )?(?:to )?(?:talk|speak) (?:to|with) "
    "(?:a |an |the )?(?:real )?(?:human|operator|person|someone|seller|manager|agent)|human|"
    "operator|customer (?:support|service)|(?:позовите )?оператора?"
)
_WHOLLY_SAID = lazily(rf"(?:{_SAID}|{_ORDER}|{_HUMAN})[吗呢呀啊哦]?", re.IGNORECASE)
_GREETING = lazily(
    "亲|老板|亲?[，, ]?(?:在吗|在么|在不在|有人吗)|(?:亲|老板)?(?:你|您)好呀?|哈喽|嗨|早|早安|"
    "(?:早上|下午|晚上|中午)好|(?:hi|hello|hey)(?: there| everyone)?|"
    "good (?:morning|evening|afternoon|day)|(?:are you|anyone|anybody|is anyone) there|"
    "привет|здравствуйте|добрый (?:день|вечер)|сәлем(?:етсіз бе)?",
    re.IGNORECASE,
)
_THANKS = lazily(
    "(?:谢谢|多谢|感谢|辛苦)(?:了|啦|你|您|亲|大家|老板|客服)?[呀啊哦]?|"
    "(?:ok(?:ay)? )?(?:many )?(?:thanks|thank you|thx|ty|cheers)"
    "(?: so much| very much| a lot| again)?|(?:большое )?спасибо(?: большое)?|рахмет",
    re.IGNORECASE,
)
_OF_ORDERS = lazily(rf"(?:{_ORDER})[吗呢呀啊哦]?", re.IGNORECASE)
_TO_HUMANS = lazily(rf"(?:{_HUMAN})[吗呢呀啊哦]?", re.IGNORECASE)
_PAID = lazily(
    r"(?:我)?(?:已经?)?(?:付款|付钱|付|支付)(?:完|好|过)?(?:了|啦)|已(?:付款|支付|付)|付款(?:完成|成功)|"
    r"(?:i(?:'ve| have)? )?(?:just |already )?paid(?: it| already| now| for it| the order)?|"
    r"payment (?:is )?(?:done|made|sent|complete)|"
    r"(?:я )?(?:уже )?оплатила?|оплачено|төледім",
    re.IGNORECASE,
)
_NAMED_SO = lazily(r"(?:Will|Can|Do|Am|Are|I) [A-Z]\w+(?: [A-Z]\w+)?")  # Will Smith


_SEARCH_FOR = lazily(
    r"(?:(?:please )?(?:search(?: for)?|find(?: me)?|look for)|"
    r"(?:帮我)?(?:搜索?|搜一下|查?找一?下?)|искать|найди|іздеу)"
    r"(?:[:： ]+[“\"«「'‘]?(.+?)[”\"»」'’]?|[“\"«「'‘](.+?)[”\"»」'’])",
    re.IGNORECASE,
)


class Talk(Enum):
    """What is said to somebody; `OTHER` gets no more than a sentence."""

    GREETING = "greeting"
    THANKS = "thanks"
    ORDER = "order"
    HUMAN = "human"
    OTHER = "other"


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    kept = [" " if unicodedata.category(each) == "So" else each for each in folded]
    return " ".join(re.sub(r"[\s,.!。，！~;；、]+", " ", "".join(kept)).split())


def is_yes(text: str) -> bool:
    """Tell whether a whole message is a yes in Chinese, English, Russian or Kazakh."""
    if text.strip() in {"👍", "✅", "👌"}:
        return True
    return _IS_YES.fullmatch(_plain(text)) is not None


def command_meant(text: str) -> str | None:
    """Return the command that a whole message names without its slash, or None.

    Or with one that Telegram takes for a sign like any other: it marks commands in Latin letters
    alone, not `/订单`, and none behind `／`.
    """
    plain = _plain(text)
    if not has_slash(text):
        return _COMMAND_OF.get(plain)
    word = plain.lstrip("/\\ ")
    return _COMMAND_OF.get(word) or _SLASHED.get(word)


def has_slash(text: str) -> bool:
    """Tell whether a message begins as a command does, in full width or the wrong way round too."""
    return _plain(text).startswith(("/", "\\"))


def turns_back(text: str) -> bool:
    """Tell whether a whole message leaves what is asked: 取消, "back", a command's name for it."""
    return command_meant(text) in {"/cancel", "/start"}


def talk_of(text: str) -> Talk | None:
    """Return what a whole message says to somebody, None where goods may be meant.

    Hello kitty, can openers and 订单本 are goods, and are searched.
    """
    said = _plain(re.sub(r"[?？~～]+", " ", text))
    kinds = {
        Talk.GREETING: _GREETING,
        Talk.THANKS: _THANKS,
        Talk.ORDER: _OF_ORDERS,
        Talk.HUMAN: _TO_HUMANS,
        Talk.OTHER: _WHOLLY_SAID,
    }
    kind = next((kind for kind, form in kinds.items() if form.fullmatch(said)), None)
    return Talk.OTHER if kind is None and is_yes(text) else kind


def says_paid(text: str) -> bool:
    """Tell whether a whole message says that something was paid: 付完了, "I paid"."""
    return _PAID.fullmatch(_plain(text)) is not None


def wanted_as_goods(text: str) -> str | None:
    """Return what a message asks to search for in so many words: search for “help”, 搜索 订单."""
    match = _SEARCH_FOR.fullmatch(text.strip())
    return (match[1] or match[2]).strip() if match else None


def is_talk(text: str) -> bool:
    """Tell whether a message is a question, a greeting, thanks, a wish: nothing to be filled in."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return _TALK.search(plain) is not None and _NAMED_SO.fullmatch(plain) is None
