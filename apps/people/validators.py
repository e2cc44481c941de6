"""What a person's facts may look like, for forms, lists and models alike."""

from django.core.validators import RegexValidator

phone = RegexValidator(r"^\+?[0-9][0-9 \-]{5,18}$", "电话只含数字和短横线，例如 13800000000 或 0573-82000000。")
person_name = RegexValidator(r"^[^\W\d_]+([ ·．.'-][^\W\d_]+)*$", "姓名只含文字和间隔号“·”，请核对。")
