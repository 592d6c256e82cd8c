"""The truth beside the simulated shop: latent traits, and what happens after the file ends. No model may read it."""

from __future__ import annotations

from shuke.tables._contract import DAY, FLOAT, INT, TEXT, YES_NO, Column, Contract, Unit

M, S, C, D = Unit.MONEY, Unit.SHARE, Unit.COUNT, Unit.DAYS

_LIFE = (
    Column("customer_id", TEXT, "客户编号", "客戶編號", "who"),
    Column("buys_retail", YES_NO, "是否在生活馆购物", "是否在生活館購物", "buys in the shops"),
    Column("buys_cars", YES_NO, "是否为汽车客户", "是否為汽車客戶", "has a car and comes to the dealership"),
    Column("joined_on", DAY, "首次购买日", "首次購買日", "day of the first purchase"),
    Column(
        "left_on",
        DAY,
        "离开之日，模拟期内未离开则为空",
        "離開之日，模擬期內未離開則為空",
        "the day they left; none within what is simulated",
        nullable=True,
    ),
    Column(
        "alive", YES_NO, "数据末日是否仍是客户", "資料末日是否仍是客戶", "still a customer after the file's last day"
    ),
    Column(
        "course",
        TEXT,
        "生命周期走向",
        "生命週期走向",
        "course of the relation: early_abortion, death_midway, early_exit, long_keeping",
    ),
    Column("leaving_rate", FLOAT, "离开倾向（次/年）", "離開傾向（次／年）", "propensity to leave, a year"),
)

_BUYING = (
    Column(
        "purchase_rate",
        FLOAT,
        "零售购买率（次/年，稳定期）",
        "零售購買率（次／年，穩定期）",
        "retail purchases a year in the stable stage; 0 for who buys none",
        C,
    ),
    Column(
        "gap_shape",
        INT,
        "购买间隔的爱尔朗形状（1 为完全随机）",
        "購買間隔的爾朗形狀（1 為完全隨機）",
        "Erlang shape of gaps; 1 is pure chance",
        C,
    ),
    Column(
        "service_rate", FLOAT, "到店保养维修（次/年）", "到店保養維修（次／年）", "visits of the workshop a year", C
    ),
    Column(
        "service_gap_shape",
        INT,
        "保养间隔的爱尔朗形状",
        "保養間隔的爾朗形狀",
        "Erlang shape of gaps between them",
        C,
    ),
    Column(
        "car_years",
        FLOAT,
        "换车年限的韦布尔尺度（年）",
        "換車年限的韋伯尺度（年）",
        "scale, in years, of the Weibull age at which a car is replaced; 0 without a car",
    ),
    Column("spend_level", FLOAT, "消费水平，1 为中位", "消費水準，1 為中位", "level of spend, 1 is the middle"),
    Column("spend_growth", FLOAT, "消费年增长（对数）", "消費年成長（對數）", "growth of it a year, in logarithms"),
)

_MIND = (
    Column("price_sensitivity", FLOAT, "价格敏感度 0–1", "價格敏感度 0–1", "price sensitivity, 0 to 1", S),
    Column("satisfaction", FLOAT, "满意度 0–1", "滿意度 0–1", "satisfaction, 0 to 1", S),
    Column(
        "loyalty_kind",
        TEXT,
        "忠诚类型",
        "忠誠類型",
        "kind of loyalty: monopoly, inertia, convenience, price, incentive, super_value, latent",
    ),
    Column(
        "nine_type",
        TEXT,
        "九型",
        "九型",
        "the largest product of focus and appeal: outdated, calculating, retro, pragmatic, value_for_money, achieved, "
        "trendy, far_sighted, perfectionist",
    ),
    Column("appeal_function", FLOAT, "看重作用的程度", "看重作用的程度", "how much function appeals", S),
    Column("appeal_economy", FLOAT, "看重经济的程度", "看重經濟的程度", "how much economy appeals", S),
    Column("appeal_feeling", FLOAT, "看重心理感受的程度", "看重心理感受的程度", "how much feeling appeals", S),
    Column("focus_past", FLOAT, "面向历史的程度", "面向歷史的程度", "how much they look to the past", S),
    Column("focus_present", FLOAT, "面向当前的程度", "面向當前的程度", "how much they look to the present", S),
    Column("focus_future", FLOAT, "面向未来的程度", "面向未來的程度", "how much they look to the future", S),
)

_CHANNELS = (
    Column("channel_shop", FLOAT, "到店购买的倾向", "到店購買的傾向", "preference for shops", S),
    Column("channel_mini_program", FLOAT, "小程序购买的倾向", "小程式購買的傾向", "preference for the mini program", S),
    Column("channel_online", FLOAT, "网店购买的倾向", "網店購買的傾向", "preference for the online shop", S),
    Column("channel_phone", FLOAT, "电话购买的倾向", "電話購買的傾向", "preference for the telephone", S),
)

_CATEGORIES = (
    ("food", "食品饮料", "食品飲料", "food"),
    ("cleaning", "日用清洁", "日用清潔", "cleaning"),
    ("beauty", "个护美妆", "個護美妝", "beauty"),
    ("baby", "母婴用品", "母嬰用品", "baby goods"),
    ("home", "家居家纺", "家居家紡", "home"),
    ("appliances", "小家电", "小家電", "small appliances"),
    ("clothes", "服饰鞋包", "服飾鞋包", "clothes"),
    ("sports", "运动户外", "運動戶外", "sports"),
    ("car_goods", "汽车用品", "汽車用品", "things for the car"),
)

_AFFINITIES = tuple(
    Column(f"affinity_{code}", FLOAT, f"对{hans}的偏好", f"對{hant}的偏好", f"affinity to {english}", S)
    for code, hans, hant, english in _CATEGORIES
)

_RELATION = (
    Column("late_chance", FLOAT, "逾期付款的概率", "逾期付款的機率", "chance that a payment is late", S),
    Column("late_days", FLOAT, "逾期的典型天数", "逾期的典型天數", "days that it is late, typically", D),
    Column("referral_rate", FLOAT, "每年推荐人数", "每年推薦人數", "others told of the business, a year", C),
    Column(
        "minutes_need",
        FLOAT,
        "占用员工时间的程度，1 为一般",
        "占用員工時間的程度，1 為一般",
        "staff time asked for, 1 is usual",
    ),
    Column("renewal_chance", FLOAT, "到期续约的概率", "到期續約的機率", "chance to renew a contract", S),
    Column(
        "uplift",
        FLOAT,
        "营销活动使下单概率增加多少（可为负）",
        "行銷活動使下單機率增加多少（可為負）",
        "what a campaign adds to the chance of an order; may be negative",
        S,
    ),
    Column("offer_waiting", FLOAT, "等待优惠的概率", "等待優惠的機率", "chance to wait for an offer that is near", S),
)

_FUTURE = (
    Column(
        "future_purchases",
        INT,
        "数据末日后一年的购买天数",
        "資料末日後一年的購買天數",
        "purchase days in the year after the file",
        C,
    ),
    Column(
        "future_amount_minor",
        INT,
        "数据末日后一年的净额",
        "資料末日後一年的淨額",
        "net amount of the year after the file",
        M,
    ),
    Column(
        "future_margin_minor",
        INT,
        "数据末日后一年的毛利",
        "資料末日後一年的毛利",
        "margin of the year after the file",
        M,
    ),
)

SHOP_TRUTH = Contract(
    name="shop_truth",
    row="one customer of the simulated shop, as nobody but its maker knows them",
    key=("customer_id",),
    columns=(*_LIFE, *_BUYING, *_MIND, *_CHANNELS, *_AFFINITIES, *_RELATION, *_FUTURE),
)
