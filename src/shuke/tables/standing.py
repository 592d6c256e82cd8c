"""Signs of each customer from facts beside the summary, and the labels of loyalty, satisfaction, credit, stability."""

from __future__ import annotations

from shuke.tables._contract import FLOAT, INT, TEXT, Column, Contract, Unit

M, C, D, S = Unit.MONEY, Unit.COUNT, Unit.DAYS, Unit.SHARE


def _figure(name: str, hans: str, hant: str, english: str, unit: Unit = Unit.NONE) -> Column:
    return Column(name, FLOAT, hans, hant, english, unit, nullable=True)


def _count(name: str, hans: str, hant: str, english: str, unit: Unit = C) -> Column:
    return Column(name, INT, hans, hant, english, unit, nullable=True)


_SAID = (
    _count("answers", "有效期内的问卷数", "有效期內的問卷數", "surveys answered that still count"),
    _figure("csat_score", "平均满意度 1–5", "平均滿意度 1–5", "mean satisfaction, 1 to 5"),
    _figure("nps_score", "平均推荐意愿 0–10", "平均推薦意願 0–10", "mean readiness to recommend, 0 to 10"),
    _figure("intent_score", "平均再购意愿 1–5", "平均再購意願 1–5", "mean intent to buy again, 1 to 5"),
    _figure("alternatives_score", "平均可选商家数", "平均可選商家數", "mean number of others who could serve them", C),
    _figure("nearness_score", "图方便的程度 1–5", "圖方便的程度 1–5", "comes because it is at hand, 1 to 5"),
    _figure(
        "hindrance_score", "想买但受阻的程度 1–5", "想買但受阻的程度 1–5", "would buy more but is hindered, 1 to 5"
    ),
    _figure(
        "promotion_rank", "促销的重要性排名", "促銷的重要性排名", "rank of promotion among what is minded", Unit.RANK
    ),
    _figure("price_rank", "价格的重要性排名", "價格的重要性排名", "rank of price among what is minded", Unit.RANK),
)

_PAID = (
    _count("due_payments", "到期的款项数", "到期的款項數", "sums that fell due"),
    _count("late_payments", "其中逾期的款项数", "其中逾期的款項數", "of these, paid late or still unpaid"),
    _figure("late_share", "逾期占比", "逾期占比", "share of sums that were late", S),
    _figure("mean_late_days", "逾期款项的平均逾期天数", "逾期款項的平均逾期天數", "mean days late, of those late", D),
    _count("overdue_minor", "现在仍未付的逾期金额", "現在仍未付的逾期金額", "overdue and unpaid now", M),
)

_TOLD = (_count("referrals", "推荐来的客户数", "推薦來的客戶數", "others who came by their word"),)

_BAND = (
    _count("recent_purchases", "最近一段的购买天数", "最近一段的購買天數", "purchase days of the last period"),
    _figure(
        "usual_purchases", "按以往节奏应有的购买天数", "依以往節奏應有的購買天數", "purchase days usual in as long", C
    ),
    _count(
        "recent_spend_minor", "最近一段每次的典型消费", "最近一段每次的典型消費", "typical spend a purchase, lately", M
    ),
    _count("usual_spend_minor", "以往每次的典型消费", "以往每次的典型消費", "typical spend a purchase before", M),
    _figure(
        "alarm_r_z",
        "沉默偏离常态的程度（标准差）",
        "沉默偏離常態的程度（標準差）",
        "silence beyond usual, in deviations",
    ),
    _figure("alarm_f_z", "频次偏离常态的程度", "頻次偏離常態的程度", "frequency beyond usual, in deviations"),
    _figure("alarm_m_z", "金额偏离常态的程度", "金額偏離常態的程度", "amounts beyond usual, in deviations"),
)

SIGNS = Contract(
    name="signs",
    row="one customer, with what is known beside the summary; null where nothing is",
    key=("customer_id",),
    columns=(Column("customer_id", TEXT, "客户编号", "客戶編號", "who"), *_SAID, *_PAID, *_TOLD, *_BAND),
)

LOYALTY = (
    Column("loyalty_kind", TEXT, "忠诚类型代码", "忠誠類型代碼", "kind of loyalty (a code of `loyalty.…`), or unknown"),
    Column("loyalty_why_code", TEXT, "忠诚类型理由代码", "忠誠類型理由代碼", "why (a code of `loyalty_why.…`)"),
    Column("loyalty_truth", TEXT, "真假忠诚代码", "真假忠誠代碼", "false, real, held_back or unknown"),
    Column("loyalty_score", FLOAT, "忠诚指数 0–1", "忠誠指數 0–1", "index of loyalty, 0 to 1", S),
    Column("loyalty_known_share", FLOAT, "指数依据的完整程度", "指數依據的完整程度", "how much the index rests on", S),
    Column("loyalty_confidence", FLOAT, "类型判断的把握", "類型判斷的把握", "confidence in the kind, 0 to 1", S),
)

SATISFACTION = (
    Column(
        "satisfaction",
        TEXT,
        "毛利×满意×忠诚分类代码",
        "毛利×滿意×忠誠分類代碼",
        "class of margin × satisfaction × loyalty",
    ),
    Column(
        "satisfaction_why_code", TEXT, "该分类的理由代码", "該分類的理由代碼", "why (a code of `satisfaction_why.…`)"
    ),
)

CREDIT = (
    Column(
        "credit", TEXT, "信用层级：high、middle、normal", "信用層級：high、middle、normal", "high, middle or normal"
    ),
    Column("credit_why_code", TEXT, "信用层级理由代码", "信用層級理由代碼", "why (a code of `credit_why.…`)"),
    Column("credit_score", FLOAT, "付款信用 0–1", "付款信用 0–1", "how well they pay, 0 to 1", S, nullable=True),
    Column(
        "standing_list", TEXT, "名单：red、normal、black", "名單：red、normal、black", "list they are on, as people set"
    ),
    Column("list_proposal", TEXT, "建议列入的名单", "建議列入的名單", "list proposed for them: red, black or none"),
    Column("list_why_code", TEXT, "建议的理由代码", "建議的理由代碼", "why it is proposed (a code of `list_why.…`)"),
)

STABILITY = (
    Column("stability", TEXT, "交易稳定性代码", "交易穩定性代碼", "steady, usual or erratic trading, or unknown"),
    Column("stability_why_code", TEXT, "稳定性理由代码", "穩定性理由代碼", "why (a code of `stability_why.…`)"),
)

ALARM = (
    Column("rfm_alarm", TEXT, "异动代码", "異動代碼", "which of R, F, M left its usual band"),
    Column("rfm_alarm_why_code", TEXT, "异动理由代码", "異動理由代碼", "why (a code of `rfm_alarm_why.…`)"),
)
