"""Indicators: figures of each customer that types and traits are judged by."""

from __future__ import annotations

from shuke.tables._contract import FLOAT, INT, TEXT, Column, Contract, Unit

_FIGURES = (
    ("categories", Unit.COUNT, "买过几个品类", "買過幾個品類", "how many categories were bought of"),
    (
        "variety",
        Unit.SHARE,
        "任取两行购买，属于不同品类的机会",
        "任取兩列購買，屬於不同品類的機會",
        "the chance that two lines bought are of different categories",
    ),
    (
        "category_repeat",
        Unit.SHARE,
        "买过的品类中，不止一天买过的占比",
        "買過的品類中，不止一天買過的占比",
        "the share of categories bought of on more than one day",
    ),
    (
        "main_category_share",
        Unit.SHARE,
        "最常买的品类占购买行数的比例",
        "最常買的品類占購買列數的比例",
        "the share of lines in the category bought most",
    ),
    (
        "product_repeat",
        Unit.SHARE,
        "购买行中，买过的同款再买的占比（估计）",
        "購買列中，買過的同款再買的占比（估計）",
        "the share of lines that repeat a product (an estimate)",
    ),
    (
        "discount_share",
        Unit.SHARE,
        "折扣占标价金额的比例",
        "折扣占定價金額的比例",
        "discounts as a share of list prices",
    ),
    (
        "discounted_share",
        Unit.SHARE,
        "打折时买的行数占比",
        "打折時買的列數占比",
        "the share of lines bought at a discount",
    ),
    (
        "coupon_share",
        Unit.SHARE,
        "优惠券抵扣占金额的比例",
        "優惠券折抵占金額的比例",
        "coupons as a share of the amount",
    ),
    (
        "price_level",
        Unit.NONE,
        "同品类中所买商品的价格与一般价格之比，1 为一般",
        "同品類中所買商品的價格與一般價格之比，1 為一般",
        "prices paid against the usual ones of the category; 1 is usual",
    ),
    ("line_amount", Unit.NONE, "每行购买的平均净额", "每列購買的平均淨額", "the mean net amount of a line"),
    (
        "spend_trend",
        Unit.NONE,
        "首次到最近购买之间，消费的重心偏后为正，偏前为负",
        "首次到最近購買之間，消費的重心偏後為正，偏前為負",
        "between first and latest purchase: above 0 where more was spent late, below where early",
    ),
    ("new_share", Unit.SHARE, "购买行中新品的占比", "購買列中新品的占比", "the share of lines that were new products"),
    (
        "known_share",
        Unit.SHARE,
        "购买行中老品的占比",
        "購買列中老品的占比",
        "the share of lines that were long-known products",
    ),
    (
        "midlife_share",
        Unit.SHARE,
        "购买行中既非新品也非老品的占比",
        "購買列中既非新品也非老品的占比",
        "the share of lines neither new nor long known",
    ),
    (
        "function_share",
        Unit.SHARE,
        "以功能为卖点的商品占购买行数的比例",
        "以功能為賣點的商品占購買列數的比例",
        "the share of lines of products advertised by what they do",
    ),
    (
        "economy_share",
        Unit.SHARE,
        "以实惠为卖点的商品占购买行数的比例",
        "以實惠為賣點的商品占購買列數的比例",
        "the share of lines of products advertised by being cheap to have",
    ),
    (
        "feeling_share",
        Unit.SHARE,
        "以感受为卖点的商品占购买行数的比例",
        "以感受為賣點的商品占購買列數的比例",
        "the share of lines of products advertised by how they feel",
    ),
    (
        "online_share",
        Unit.SHARE,
        "线上渠道的购买行数占比",
        "線上通路的購買列數占比",
        "the share of lines bought online",
    ),
    (
        "main_channel_share",
        Unit.SHARE,
        "最常用的渠道占购买行数的比例",
        "最常用的通路占購買列數的比例",
        "the share of lines by the channel used most",
    ),
    (
        "gap_variation",
        Unit.NONE,
        "近两年购买间隔的标准差与均值之比",
        "近兩年購買間隔的標準差與平均之比",
        "in the last two years: standard deviation of gaps between purchase days over their mean",
    ),
    (
        "amount_variation",
        Unit.NONE,
        "近两年每购买日金额的标准差与均值之比",
        "近兩年每購買日金額的標準差與平均之比",
        "in the last two years: standard deviation of amounts of purchase days over their mean",
    ),
    (
        "says_function",
        Unit.SHARE,
        "问卷中表示最看重功能的程度",
        "問卷中表示最看重功能的程度",
        "how far answers say that function counts most",
    ),
    (
        "says_economy",
        Unit.SHARE,
        "问卷中表示最看重实惠的程度",
        "問卷中表示最看重實惠的程度",
        "how far answers say that economy counts most",
    ),
    (
        "says_feeling",
        Unit.SHARE,
        "问卷中表示最看重感受的程度",
        "問卷中表示最看重感受的程度",
        "how far answers say that feeling counts most",
    ),
    (
        "says_past",
        Unit.SHARE,
        "问卷中表示更看重过去的程度",
        "問卷中表示更看重過去的程度",
        "how far answers say that the past counts most",
    ),
    (
        "says_present",
        Unit.SHARE,
        "问卷中表示更看重当下的程度",
        "問卷中表示更看重當下的程度",
        "how far answers say that the present counts most",
    ),
    (
        "says_future",
        Unit.SHARE,
        "问卷中表示更看重将来的程度",
        "問卷中表示更看重將來的程度",
        "how far answers say that the future counts most",
    ),
)

INDICATORS = Contract(
    name="indicators",
    row="one customer who bought something up to as_of",
    key=("customer_id",),
    columns=(
        Column("customer_id", TEXT, "客户编号", "客戶編號", "who"),
        Column(
            "lines",
            INT,
            "购买行数（不含退货）",
            "購買列數（不含退貨）",
            "lines bought, returns not counted",
            Unit.COUNT,
        ),
        Column("main_channel", TEXT, "最常用的渠道", "最常用的通路", "the channel used most", nullable=True),
        Column("main_category", TEXT, "最常买的品类", "最常買的品類", "the category bought most", nullable=True),
        *(
            Column(name, FLOAT, hans, hant, english, unit, nullable=True)
            for name, unit, hans, hant, english in _FIGURES
        ),
    ),
)
