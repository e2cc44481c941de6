"""What the log knows besides changes of rows, which the history tables keep."""

from django.db import models


class Verb(models.TextChoices):
    SIGN_IN = "sign_in", "登录"
    SIGN_IN_FAILED = "sign_in_failed", "登录失败"
    LOCKED_OUT = "locked_out", "登录锁定"
    SIGN_OUT = "sign_out", "退出登录"
    SESSION_ENDED = "session_ended", "结束登录"
    PASSWORD = "password", "设置密码"
    SECOND_FACTOR = "second_factor", "设置第二重验证"
    WEAR = "wear", "切换身份"
    GRANT = "grant", "授予角色"
    REVOKE = "revoke", "撤销角色"
    ACCOUNT = "account", "管理账号"
    REMIND = "remind", "催办"
    RESEND = "resend", "重新发送通知"
    TRY_CHANNEL = "try_channel", "发送测试消息"
    VIEW_CONTACTS = "view_contacts", "查看联系方式"
    DOWNLOAD = "download", "下载附件"
    EXPORT = "export", "导出"
    IMPORT = "import", "导入"
    UNDO_IMPORT = "undo_import", "撤回导入"
    REFUSED = "refused", "无权访问"
    VERIFY = "verify", "核验日志"
