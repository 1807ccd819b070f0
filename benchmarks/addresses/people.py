"""Who receives, and on which number."""

import random

_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹"
    "彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈姚卢"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文辉玲红建国"
    "海燕雪梅晓东志鹏欣怡子涵浩然梓萱宇轩佳琪思远"
)
_OTHERS = (
    "欧阳修远 司马青衫 诸葛明 上官婉 阿依古丽·买买提 岩温 吉克阿牛 扎西次仁 巴特尔 玉香 "
    "木乃热哈 王先生 李女士 陈小姐 张经理"
)
_FOREIGN = (
    "Anna Ivanova",
    "Ivan Petrov",
    "Li Lei",
    "John Smith",
    "Aigul Nurlan",
    "Maria",
    "Anna",
    "Иван Петров",
)
_MOBILES = (
    "130 133 135 136 137 138 139 150 151 152 157 158 159 166 170 173 176 177 178 180 182 184 185 "
    "186 187 188 189 191 198 199"
)
CODES = (
    "KA-112",
    "KZ-1024",
    "RU778",
    "UID:88888",
    "ALA-2051",
    "BW8899",
    "VIP888",
    "MSK-77-1203",
    "TJ0315",
    "YD-66502",
)
_SELDOM = 0.12


def chinese(random_: random.Random) -> str:
    """Return a Chinese, minority or addressed name."""
    if random_.random() < _SELDOM:
        return random_.choice(_OTHERS.split())
    given = "".join(random_.sample(_GIVEN, random_.choice((1, 2, 2))))
    return random_.choice(_FAMILY) + given


def foreign(random_: random.Random) -> str:
    """Return a name in Latin or Cyrillic letters."""
    return random_.choice(_FOREIGN)


def mobile(random_: random.Random) -> str:
    """Return eleven digits of a mobile number."""
    return random_.choice(_MOBILES.split()) + f"{random_.randrange(10**8):08}"
