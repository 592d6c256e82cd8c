"""The scores: what a run says of each customer."""

from __future__ import annotations

from shuke.tables._contract import DAY, FLOAT, INT, TEXT, YES_NO, Column, Contract, Unit
from shuke.tables.classes import QUADRANT, TYPE
from shuke.tables.indicators import INDICATORS
from shuke.tables.standing import ALARM, CREDIT, LOYALTY, SATISFACTION, SIGNS, STABILITY
from shuke.tables.traits import TRAIT_COLUMNS

M, S, C, D = Unit.MONEY, Unit.SHARE, Unit.COUNT, Unit.DAYS

_WHO = (
    Column("customer_id", TEXT, "客户编号", "客戶編號", "who"),
    Column("first_purchase", DAY, "首次购买日", "首次購買日", "first purchase day in the data"),
    Column("last_purchase", DAY, "最近购买日", "最近購買日", "latest purchase day"),
    Column(
        "left_truncated",
        YES_NO,
        "首购可能早于数据起点，年龄仅为下限",
        "首購可能早於資料起點，年齡僅為下限",
        "the relation may be older than the data: its age is a lower bound",
    ),
)

_BEHAVIOUR = (
    Column("purchases", INT, "购买天数（同日多笔算一次）", "購買天數（同日多筆算一次）", "distinct purchase days", C),
    Column("orders", INT, "订单数", "訂單數", "distinct orders; purchase days where no order is given", C),
    Column("recency_days", INT, "距最近购买的天数", "距最近購買的天數", "days from the latest purchase to as_of", D),
    Column("age_days", INT, "距首次购买的天数", "距首次購買的天數", "days from the first purchase to as_of", D),
    Column(
        "typical_gap_days",
        FLOAT,
        "平均购买间隔",
        "平均購買間隔",
        "mean days between purchases; null with one purchase",
        D,
        nullable=True,
    ),
    Column("spend_minor", INT, "消费净额（扣除退货）", "消費淨額（扣除退貨）", "net amount over all time", M),
    Column(
        "margin_minor",
        INT,
        "累计毛利（口径见 value_basis）",
        "累計毛利（口徑見 value_basis）",
        "margin over all time",
        M,
    ),
    Column(
        "value_basis",
        TEXT,
        "价值口径：margin 毛利、margin_rate 按毛利率、revenue 营收",
        "價值口徑：margin 毛利、margin_rate 按毛利率、revenue 營收",
        "what value means here: margin, margin_rate or revenue",
    ),
    Column("mean_spend_minor", INT, "每购买日平均消费", "每購買日平均消費", "spend ÷ purchases, not below 0", M),
)

_RFM = (
    Column("rfm_r", INT, "近度得分 1–5", "近度得分 1–5", "recency score, 5 is the most recent", C),
    Column("rfm_f", INT, "频度得分 1–5", "頻度得分 1–5", "frequency score, 5 is the most often", C),
    Column("rfm_m", INT, "额度得分 1–5", "額度得分 1–5", "monetary score, 5 is the most spent", C),
    Column("rfm_segment", TEXT, "RFM 分群代码", "RFM 分群代碼", "named segment (a code of `rfm.…`)"),
)

_TIER = (
    Column("tier_computed", TEXT, "计算等级", "計算等級", "tier by today's ranking, without memory"),
    Column("tier_in_force", TEXT, "执行等级", "執行等級", "tier the customer enjoys: up at once, down at review dates"),
    Column("tier_why_code", TEXT, "等级理由代码", "等級理由代碼", "why this tier (a code of `tier_why.…`)"),
    Column("tier_rank", INT, "名次", "名次", "rank in the base, 1 is best", Unit.RANK, nullable=True),
    Column("tier_base", INT, "参与排名的客户数", "參與排名的客戶數", "customers ranked", C),
    Column("tier_measure_minor", INT, "排名所用的值", "排名所用的值", "the value ranked by", M),
    Column(
        "tier_next_minor",
        INT,
        "上一等级的门槛",
        "上一等級的門檻",
        "value at which the tier above starts",
        M,
        nullable=True,
    ),
)

_VALUE = (
    Column(
        "historic_value_minor",
        INT,
        "历史价值：12 个月之前的毛利",
        "歷史價值：12 個月之前的毛利",
        "margin before as_of − 12 months",
        M,
    ),
    Column(
        "current_value_minor",
        INT,
        "当前价值：近 12 个月毛利",
        "當前價值：近 12 個月毛利",
        "margin of the last 12 months",
        M,
    ),
    Column(
        "potential_value_minor",
        INT,
        "潜在价值：预测期内折现毛利的期望",
        "潛在價值：預測期內折現毛利的期望",
        "expected discounted margin in (as_of, as_of + horizon]",
        M,
        nullable=True,
    ),
    Column(
        "clv_minor",
        INT,
        "客户终身价值，等于潜在价值",
        "客戶終身價值，等於潛在價值",
        "customer lifetime value: the potential value",
        M,
        nullable=True,
    ),
    Column("value_total_minor", INT, "三部分之和", "三部分之和", "historic + current + potential", M, nullable=True),
    Column("clv_low_minor", INT, "90% 区间下限", "90% 區間下限", "lower end of the 90 % interval", M, nullable=True),
    Column("clv_high_minor", INT, "90% 区间上限", "90% 區間上限", "upper end of the 90 % interval", M, nullable=True),
)

_FORECAST = (
    Column(
        "probability_alive",
        FLOAT,
        "仍是客户的概率（模型的看法，无法直接检验）",
        "仍是客戶的機率（模型的看法，無法直接檢驗）",
        "probability of still being a customer: the model's view, which cannot be checked",
        S,
        nullable=True,
    ),
    Column(
        "expected_purchases",
        FLOAT,
        "预测期内期望购买天数",
        "預測期內期望購買天數",
        "expected purchase days in the horizon",
        C,
        nullable=True,
    ),
    Column(
        "churn_probability",
        FLOAT,
        "下一周期内不再购买的概率",
        "下一週期內不再購買的機率",
        "probability of no purchase within the next period",
        S,
        nullable=True,
    ),
    Column(
        "next_purchase_due",
        DAY,
        "预计下次购买日（假定仍是客户；超出预测期为空）",
        "預計下次購買日（假定仍是客戶；超出預測期為空）",
        "median next purchase day given still a customer; null beyond the horizon",
        nullable=True,
    ),
    Column(
        "expected_lifetime_days",
        FLOAT,
        "预计留存天数：预测期内预计有多少天仍是客户",
        "預計留存天數：預測期內預計有多少天仍是客戶",
        "expected remaining lifetime: days of the horizon in which still a customer, by the model",
        D,
        nullable=True,
    ),
    Column(
        "value_at_risk_minor",
        INT,
        "风险价值：流失概率 × 保住时的价值",
        "風險價值：流失機率 × 保住時的價值",
        "churn_probability × value if kept",
        M,
        nullable=True,
    ),
)

_STANDING = (
    Column("stage", TEXT, "生命周期阶段代码", "生命週期階段代碼", "life-cycle stage (a code of `stage.…`)"),
    Column("stage_why_code", TEXT, "阶段理由代码", "階段理由代碼", "why this stage (a code of `stage_why.…`)"),
    Column("prospect", TEXT, "前景代码", "前景代碼", "what the forecast holds for the tier (a code of `prospect.…`)"),
    Column(
        "prospect_why_code",
        TEXT,
        "前景理由代码",
        "前景理由代碼",
        "why this prospect (a code of `prospect_why.…`)",
    ),
    Column("policy_code", TEXT, "策略代码", "策略代碼", "what to do: tier × stage (a code of `policy.…`)"),
    Column(
        "why_code",
        TEXT,
        "策略理由代码",
        "策略理由代碼",
        "why now (a code of `why.…`); its figures are the columns of the row",
    ),
)

_APPENDED = (*ALARM, *QUADRANT, *TYPE, *LOYALTY, *SATISFACTION, *CREDIT, *STABILITY, *TRAIT_COLUMNS)
"""What classifications append that look at more than the summary and the forecast."""

SCORES = Contract(
    name="scores",
    row="one customer with at least one purchase day up to as_of",
    key=("customer_id",),
    columns=_WHO + _BEHAVIOUR + _RFM + _TIER + _VALUE + _FORECAST + _STANDING + _APPENDED,
)
_STEADY = Column(
    "trading_stability",
    FLOAT,
    "交易稳定程度 0–1",
    "交易穩定程度 0–1",
    "how evenly they trade, against all others, 0 to 1",
    S,
    nullable=True,
)
_REST_ON = {c.name: c for c in (*SIGNS.columns, *INDICATORS.columns, _STEADY) if c.name not in SCORES.names}
SCORES_KEPT = Contract(
    name="scores",
    row="one customer as in `scores`, with the figures that its labels rest on: signs, trait scores, indicators",
    key=("customer_id",),
    columns=(*SCORES.columns, *_REST_ON.values()),
)
"""What a run leaves: a definition can be tried on it, and a reason told, without the purchases."""
