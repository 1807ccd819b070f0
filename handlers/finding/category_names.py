"""Our own names for the marketplace's root categories, which has Chinese ones only (contract 4.5).

A root that is not listed here, and everything below the roots, keeps the marketplace's name.
"""

from bot.chat.texts import Texts
from bot.domain.finding import Category

_ROOTS = {
    "女装": "category.womens_clothing",
    "男装": "category.mens_clothing",
    "童装": "category.childrens_clothing",
    "内衣": "category.underwear",
    "鞋": "category.shoes",
    "箱包皮具": "category.bags",
    "服饰配件、饰品": "category.accessories",
    "运动服饰": "category.sportswear",
    "运动装备": "category.sports_gear",
    "运动户外": "category.sports_outdoors",
    "美容护肤/彩妆": "category.cosmetics",
    "美妆日化": "category.beauty",
    "个护/家清": "category.personal_care",
    "居家日用品": "category.household",
    "日用餐厨饮具": "category.kitchenware",
    "收纳清洁用具": "category.storage_cleaning",
    "家纺家饰": "category.home_textiles",
    "家装、建材": "category.building_materials",
    "家具": "category.furniture",
    "灯饰照明": "category.lighting",
    "家用电器": "category.appliances",
    "数码、电脑": "category.digital",
    "办公、文化": "category.office",
    "玩具": "category.toys",
    "母婴用品": "category.baby",
    "工艺品、礼品": "category.gifts",
    "节庆用品、礼品": "category.festive",
    "宠物及园艺": "category.pets_garden",
    "食品酒水": "category.food_drink",
    "餐饮生鲜": "category.fresh_food",
    "农业": "category.farming",
    "汽车用品": "category.car",
    "汽摩及配件": "category.vehicle_parts",
    "五金、工具": "category.hardware",
    "机械及行业设备": "category.machinery",
    "电工电气": "category.electrical",
    "电子元器件": "category.electronics",
    "照明工业": "category.lighting_industry",
    "安全、防护": "category.safety",
    "包装": "category.packaging",
    "印刷": "category.printing",
    "纺织、皮革": "category.textiles",
    "橡塑": "category.rubber_plastic",
    "化工": "category.chemicals",
    "精细化学品": "category.fine_chemicals",
    "钢铁": "category.steel",
    "冶金矿产": "category.minerals",
    "能源": "category.energy",
    "环保": "category.environment",
    "医药、保养": "category.health",
    "交通运输": "category.transport",
    "通信产品": "category.telecoms",
}


def name_of(t: Texts, category: Category) -> str:
    """Name a category for the reader: a known root in their language, else as it is. Foreign."""
    key = _ROOTS.get(category.name)
    return category.name if key is None or t.language == "zh" else t(key)
