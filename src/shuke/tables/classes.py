"""What classifications beside the pyramid, RFM and the life cycle append to the scores."""

from __future__ import annotations

from shuke.tables._contract import FLOAT, TEXT, Column, Unit

S = Unit.SHARE

TYPE = (
    Column("type", TEXT, "九型代码", "九型代碼", "one of the nine types (a code of `type.…`), or undetermined"),
    Column(
        "type_runner_up",
        TEXT,
        "其次的类型；未定时为最接近的类型",
        "其次的類型；未定時為最接近的類型",
        "the next likest type; where undetermined, the likest",
        nullable=True,
    ),
    Column(
        "type_score",
        FLOAT,
        "最像的类型得分 0–1",
        "最像的類型得分 0–1",
        "score of the likest type, 0 to 1: the weighted mean of its indicators' ranks",
        S,
        nullable=True,
    ),
    Column("type_confidence", FLOAT, "判断的把握 0–1", "判斷的把握 0–1", "confidence in the type, 0 to 1", S),
    Column("type_why_code", TEXT, "类型理由代码", "類型理由代碼", "why this type (a code of `type_why.…`)"),
    Column(
        "type_known_share",
        FLOAT,
        "判断所需资料中已知的占比",
        "判斷所需資料中已知的占比",
        "of what would tell, how much is known",
        S,
    ),
    Column(
        "type_sign_1",
        TEXT,
        "最明显的特征代码",
        "最明顯的特徵代碼",
        "what tells most (a code of `sign.…`)",
        nullable=True,
    ),
    Column(
        "type_sign_1_share",
        FLOAT,
        "该特征比多少客户更明显",
        "該特徵比多少客戶更明顯",
        "more so than what share of customers",
        S,
        nullable=True,
    ),
    Column(
        "type_sign_2",
        TEXT,
        "其次明显的特征代码",
        "其次明顯的特徵代碼",
        "what tells next (a code of `sign.…`)",
        nullable=True,
    ),
    Column(
        "type_sign_2_share",
        FLOAT,
        "该特征比多少客户更明显",
        "該特徵比多少客戶更明顯",
        "more so than what share of customers",
        S,
        nullable=True,
    ),
    Column(
        "type_cluster",
        TEXT,
        "聚类代码，c1 最大",
        "集群代碼，c1 最大",
        "cluster found beside the types, c1 the largest",
        nullable=True,
    ),
)
"""Appended by `classify.NineTypes` and `classify.Clusters`."""

QUADRANT = (
    Column("quadrant", TEXT, "象限代码", "象限代碼", "quadrant of current and future value (a code of `quadrant.…`)"),
    Column("quadrant_why_code", TEXT, "象限理由代码", "象限理由代碼", "why this quadrant (a code of `quadrant_why.…`)"),
)
"""Appended by `classify.Quadrants`."""
