"""The simulated shop's tables, as its till, its website and its people would have written them."""

from __future__ import annotations

from shuke.tables._contract import DAY, FLOAT, INT, MOMENT, TEXT, YES_NO, Column, Contract, Unit

M, C, S = Unit.MONEY, Unit.COUNT, Unit.SHARE

WHO = Column("customer_id", TEXT, "客户编号", "客戶編號", "who")
_ORDER = Column("order_id", TEXT, "订单号", "訂單編號", "about which order")

SHOP_CUSTOMERS = Contract(
    name="shop_customers",
    row="one customer of the simulated shop, as their card has it",
    key=("customer_id",),
    columns=(
        WHO,
        Column("name", TEXT, "姓名", "姓名", "name"),
        Column("sex", TEXT, "性别：male 或 female", "性別：male 或 female", "male or female"),
        Column("born_on", DAY, "生日", "生日", "birthday"),
        Column("phone", TEXT, "手机号（虚构号段）", "手機號碼（虛構號段）", "telephone number, of nobody"),
        Column("email", TEXT, "电子邮箱", "電子郵件", "e-mail address", nullable=True),
        Column("town", TEXT, "所在地", "所在地", "where they live"),
        Column("province", TEXT, "省份", "省份", "its province"),
        Column("branch", TEXT, "所属门店", "所屬門市", "the branch that looks after them"),
        Column("staff_id", TEXT, "负责员工", "負責員工", "who looks after them"),
        Column("source", TEXT, "信息渠道代码", "資訊管道代碼", "code of how they heard of the business"),
        Column("customer_since", DAY, "成为客户的日期", "成為客戶的日期", "the day they became a customer"),
        Column(
            "attracting_cost_minor",
            INT,
            "获客成本（按渠道分摊）",
            "獲客成本（按管道分攤）",
            "cost of attracting them, by source",
            M,
        ),
        Column("agreed", YES_NO, "是否同意接收营销信息", "是否同意接收行銷訊息", "agreed to be written to"),
        Column(
            "universal_holdout",
            YES_NO,
            "是否属于全局对照组",
            "是否屬於全域對照組",
            "in the group that no campaign reaches",
        ),
    ),
)

SHOP_BRANCHES = Contract(
    name="shop_branches",
    row="one branch of the simulated shop",
    key=("branch_id",),
    columns=(
        Column("branch_id", TEXT, "门店编号", "門市編號", "which branch"),
        Column("branch", TEXT, "门店名称", "門市名稱", "its name"),
        Column("city", TEXT, "城市", "城市", "its city"),
        Column("kind", TEXT, "dealership、shop 或 online", "dealership、shop 或 online", "dealership, shop or online"),
    ),
)

SHOP_STAFF = Contract(
    name="shop_staff",
    row="one member of staff of the simulated shop",
    key=("staff_id",),
    columns=(
        Column("staff_id", TEXT, "员工编号", "員工編號", "who"),
        Column("name", TEXT, "姓名", "姓名", "name"),
        Column("branch_id", TEXT, "门店编号", "門市編號", "at which branch"),
        Column("role", TEXT, "岗位", "職位", "what they do there"),
    ),
)

SHOP_PRODUCTS = Contract(
    name="shop_products",
    row="one product of the simulated shop",
    key=("product_id",),
    columns=(
        Column("product_id", TEXT, "商品编号", "商品編號", "which product"),
        Column("name", TEXT, "商品名称", "商品名稱", "its name"),
        Column("category", TEXT, "商品类别", "商品類別", "its category"),
        Column(
            "selling_point",
            TEXT,
            "卖点：function、economy 或 feeling",
            "賣點：function、economy 或 feeling",
            "what it is advertised by: function, economy or feeling",
        ),
        Column(
            "generation",
            TEXT,
            "classic、current 或 new",
            "classic、current 或 new",
            "classic, current or new",
        ),
        Column("launched_on", DAY, "上市日期", "上市日期", "the day it was launched"),
        Column("list_price_minor", INT, "标价", "定價", "list price of one", M),
        Column("cost_minor", INT, "单件成本", "單件成本", "cost of one", M),
    ),
)

SHOP_PURCHASES = Contract(
    name="shop_purchases",
    row="one line of a purchase, or of a return (negative amount)",
    key=("order_id", "line", "purchased_at"),
    columns=(
        WHO,
        Column("purchased_at", MOMENT, "购买或退货时刻", "購買或退貨時刻", "the moment of the purchase or return"),
        Column("order_id", TEXT, "订单号", "訂單編號", "the order; a return has that of its purchase"),
        Column("line", INT, "订单行号，从 1 起", "訂單列號，自 1 起", "line of the order, from 1", C),
        Column("product_id", TEXT, "商品编号", "商品編號", "what was bought"),
        Column("category", TEXT, "商品类别", "商品類別", "its category"),
        Column("quantity", INT, "数量，退货为负", "數量，退貨為負", "quantity; negative for a return", C),
        Column(
            "list_amount_minor", INT, "标价金额（折扣前）", "定價金額（折扣前）", "at list price, before discount", M
        ),
        Column("discount_minor", INT, "折扣金额", "折扣金額", "discount given on the line", M),
        Column("amount_minor", INT, "行净额", "行淨額", "net amount: at list price less discount", M),
        Column("cost_minor", INT, "行成本", "行成本", "cost of the line", M),
        Column("channel", TEXT, "渠道", "通路", "where the sale came from"),
        Column("store", TEXT, "门店", "門市", "the branch, by its name"),
        Column("staff_id", TEXT, "经办员工", "經辦員工", "who sold it"),
    ),
)

SHOP_COMPLAINTS = Contract(
    name="shop_complaints",
    row="one complaint of a customer of the simulated shop",
    key=("complaint_id",),
    columns=(
        Column("complaint_id", TEXT, "投诉编号", "客訴編號", "which complaint"),
        WHO,
        _ORDER,
        Column("opened_on", DAY, "投诉日期", "客訴日期", "the day it was made"),
        Column("about", TEXT, "针对的体验要素代码", "針對的體驗要素代碼", "code of the element of experience"),
        Column("gravity", INT, "严重程度 1–3", "嚴重程度 1–3", "gravity, 1 to 3"),
        Column("closed_on", DAY, "结案日期，未结为空", "結案日期，未結為空", "the day it was settled", nullable=True),
        Column(
            "satisfied_after",
            INT,
            "结案后的满意度 1–5",
            "結案後的滿意度 1–5",
            "satisfaction after that, 1 to 5",
            nullable=True,
        ),
    ),
)

SHOP_REFERRALS = Contract(
    name="shop_referrals",
    row="one customer of the simulated shop who came by referral",
    key=("referred_id",),
    columns=(
        Column("customer_id", TEXT, "推荐人客户编号", "推薦人客戶編號", "who told of the business"),
        Column("referred_id", TEXT, "被推荐人客户编号", "被推薦人客戶編號", "who came for it"),
        Column("referred_on", DAY, "推荐日期", "推薦日期", "the day of the referral"),
        Column("bought_on", DAY, "被推荐人首购日", "被推薦人首購日", "the day of the first purchase"),
        Column("reward_minor", INT, "推荐奖励", "推薦獎勵", "thanks paid for it", M),
    ),
)

SHOP_CAMPAIGNS = Contract(
    name="shop_campaigns",
    row="one campaign of the simulated shop",
    key=("campaign_id",),
    columns=(
        Column("campaign_id", TEXT, "活动编号", "活動編號", "which campaign"),
        Column("name", TEXT, "活动名称", "活動名稱", "its name"),
        Column(
            "trade",
            TEXT,
            "retail 或 cars",
            "retail 或 cars",
            "for customers of the shops (retail) or of the workshop (cars)",
        ),
        Column("sent_on", DAY, "发送日期", "發送日期", "the day it was sent"),
        Column("ends_on", DAY, "最后一天", "最後一天", "its last day"),
        Column("channel", TEXT, "发送渠道", "發送管道", "by which channel"),
        Column(
            "contact_cost_minor",
            INT,
            "每次触达的成本",
            "每次觸及的成本",
            "cost of reaching one customer",
            M,
        ),
        Column("control_share", FLOAT, "对照组占比", "對照組占比", "share of the control group", S),
    ),
)

SHOP_CAMPAIGN_MEMBERS = Contract(
    name="shop_campaign_members",
    row="one customer in one campaign, treated or as control",
    key=("campaign_id", "customer_id"),
    columns=(
        Column("campaign_id", TEXT, "活动编号", "活動編號", "which campaign"),
        WHO,
        Column("arm", TEXT, "treated 或 control", "treated 或 control", "treated, or control"),
        Column("opened", YES_NO, "是否打开，对照组为空", "是否開啟，對照組為空", "opened the message", nullable=True),
    ),
)

SHOP_PAYMENTS = Contract(
    name="shop_payments",
    row="one sum that fell due",
    key=("reference",),
    columns=(
        Column(
            "reference",
            TEXT,
            "订单号，或合同号与期次",
            "訂單編號，或合約編號與期次",
            "the order, or the contract and its term",
        ),
        Column("kind", TEXT, "order 或 contract", "order 或 contract", "order or contract"),
        WHO,
        Column("due_on", DAY, "应付日期", "應付日期", "the day it fell due"),
        Column("paid_on", DAY, "实付日期，未付为空", "實付日期，未付為空", "the day it was paid", nullable=True),
        Column("amount_minor", INT, "应付金额", "應付金額", "how much", M),
    ),
)

SHOP_CONTRACTS = Contract(
    name="shop_contracts",
    row="one term, of a year, of one contract",
    key=("contract_id", "term"),
    columns=(
        Column("contract_id", TEXT, "合同编号", "合約編號", "which contract"),
        Column("term", INT, "第几期，从 1 起", "第幾期，自 1 起", "which term, from 1", C),
        WHO,
        Column(
            "kind",
            TEXT,
            "membership、insurance 或 service_plan",
            "membership、insurance 或 service_plan",
            "membership, insurance or service_plan",
        ),
        Column("starts_on", DAY, "起始日", "起始日", "its first day"),
        Column("ends_on", DAY, "到期日", "到期日", "its last day"),
        Column("fee_minor", INT, "本期费用", "本期費用", "fee of the term", M),
        Column(
            "renewed",
            YES_NO,
            "是否续约，未到期为空",
            "是否續約，未到期為空",
            "renewed after it; none where it still runs",
            nullable=True,
        ),
    ),
)
