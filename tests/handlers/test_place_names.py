"""Places in the reader's letters: nobody has to know a Chinese character to see where it goes."""

import pytest

from bot.chat.texts import texts_in
from bot.domain.addresses import Address
from handlers.shared.place_names import address_shown, city_shown, origin_shown, place_in_short

NANSHAN = Address(
    full_name="Anna KA-112",
    mobile="13812345678",
    province="广东省",
    city="深圳市",
    district="南山区",
    town="粤海街道",
    street="科苑路15号",
    district_code="440305",
)
DONGGUAN = NANSHAN.replace(city="东莞市", district="", town="长安镇", district_code="441900")
BEIJING = NANSHAN.replace(
    province="北京市", city="北京市", district="朝阳区", town="", district_code="110105"
)
UNKNOWN = NANSHAN.replace(district_code="999999")


@pytest.mark.parametrize(
    ("address", "en", "zh"),
    [
        (
            NANSHAN,
            "Nanshan District, Shenzhen, Guangdong (广东省 深圳市 南山区 粤海街道)",
            "广东省 深圳市 南山区 粤海街道",
        ),
        (DONGGUAN, "Dongguan, Guangdong (广东省 东莞市 长安镇)", "广东省 东莞市 长安镇"),
        (BEIJING, "Chaoyang District, Beijing (北京市 朝阳区)", "北京市 朝阳区"),
        (UNKNOWN, "\n广东省 深圳市 南山区 粤海街道\n", "广东省 深圳市 南山区 粤海街道"),
    ],
)
def test_an_address_shows_both_to_who_reads_latin_letters(
    address: Address, en: str, zh: str
) -> None:
    """The street and the recipient stay as they were written."""
    for language, place in (("en", en), ("zh", zh)):
        shown = address_shown(texts_in(language), address)
        assert place in shown
        assert shown.endswith("科苑路15号")
        assert "Anna KA-112" in shown
    assert "Nanshan" not in address_shown(texts_in("zh"), address)


@pytest.mark.parametrize(
    ("address", "city", "short"),
    [
        (NANSHAN, "Shenzhen", "Nanshan District"),
        (DONGGUAN, "Dongguan", "Dongguan"),
        (BEIJING, "Beijing", "Chaoyang District"),
        (UNKNOWN, "深圳市", "南山区"),
    ],
)
def test_freight_and_buttons_name_the_place(address: Address, city: str, short: str) -> None:
    """As a list and a sentence have room for."""
    en, zh = texts_in("en"), texts_in("zh")
    assert (city_shown(en, address), place_in_short(en, address)) == (city, short)
    assert city_shown(zh, address) == address.city
    assert place_in_short(zh, address) == (address.district or address.city)


@pytest.mark.parametrize(
    ("place", "en"),
    [
        ("福建省", "Fujian"),
        ("广东省广州市", "Guangzhou, Guangdong"),
        ("浙江省 金华市 义乌市", "Yiwu, Jinhua, Zhejiang"),
        ("浙江金华", "Jinhua, Zhejiang"),
        ("上海", "Shanghai"),
        ("新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县", "Chabucha'er County, Ili, Xinjiang"),
        ("海外仓", "海外仓"),
        ("Los Angeles", "Los Angeles"),
        ("", ""),
    ],
)
def test_where_a_seller_ships_from(place: str, en: str) -> None:
    """What is no place of China stays as the seller has it."""
    assert origin_shown(texts_in("en"), place) == en
    assert origin_shown(texts_in("zh"), place) == place
