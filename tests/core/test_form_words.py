"""What a field says when it refuses: a sentence for an office worker, whatever the form."""

import pytest
from django import forms

CHOICE = "没有这个选项，请从列出的选项中选择。"


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        (forms.CharField(), "", "请填写这一栏。"),
        (forms.CharField(max_length=3), "一二三四", "最多 3 字，现在有 4 字，请删减。"),
        (forms.CharField(), "\x00", "含有无法保存的字符，请删除后重新填写。"),
        (forms.IntegerField(), "三", "请填写整数。"),
        (forms.DecimalField(), "NaN", "请填写数字。"),
        (forms.DecimalField(max_digits=3, decimal_places=1), "1000", "数字过大，请核对。"),
        (forms.DecimalField(max_digits=3, decimal_places=1), "1.25", "最多保留 1 位小数。"),
        (forms.DateField(), "2026-02-30", "请填写正确的日期，例如 2027-04-10。"),
        (forms.ChoiceField(choices=[("a", "甲")]), "乙", CHOICE),
        (forms.MultipleChoiceField(choices=[("a", "甲")]), ["乙"], CHOICE),
    ],
)
def test_a_refusal_is_said_politely(field, typed, said):
    with pytest.raises(forms.ValidationError) as refusal:
        field.clean(typed)
    assert refusal.value.messages == [said]


def test_digits_from_a_chinese_keyboard_are_digits():
    assert forms.IntegerField().clean("１２３") == 123


def test_a_form_s_own_words_come_first():
    with pytest.raises(forms.ValidationError, match="请选择日期。"):
        forms.DateField(error_messages={"required": "请选择日期。"}).clean("")
