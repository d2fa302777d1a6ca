"""What a post complains of, and how stances and emotions are called, in the words of the pages."""

from django.utils.translation import gettext_lazy as _

STANCE_NAMES = {"negative": _("负面"), "neutral": _("中性"), "positive": _("正面")}
# By engine.tasks.EMOTIONS.
EMOTION_NAMES = {
    "angry": _("愤怒"),
    "fear": _("恐惧"),
    "happy": _("高兴"),
    "neutral": _("平静"),
    "sad": _("伤心"),
    "surprise": _("惊讶"),
}
# By the codes of engine.tasks.CATEGORIES.
CATEGORY_NAMES = {
    "LOGISTICS": _("物流"),
    "REFUND": _("退款售后"),
    "ATTITUDE": _("客服态度"),
    "QUALITY": _("质量"),
    "PRICE": _("价格收费"),
    "ADVERTISING": _("虚假宣传"),
    "ACCOUNT": _("账号支付"),
    "PRIVACY": _("隐私安全"),
    "SAFETY": _("人身伤害食品安全"),
    "CONTRACT": _("合同会员"),
    "SYSTEM": _("系统故障"),
    "OTHER": _("其他"),
}
