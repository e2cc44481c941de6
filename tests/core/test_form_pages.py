"""Plain form pages: what was typed before the session ended comes back, once, to whoever signs in, on its own page alone."""

TYPED = {"plans_opens_on": "2030-01-05", "plans_due_on": "2030-04-12", "plans_closes_on": "2030-12-31"}


def test_setting_typed_before_the_session_ended_comes_back_once(jiaxing):
    user = jiaxing.person("city_officer", jiaxing.city)
    client = jiaxing.signed_in(user)
    client.get("/years/2030/settings/")
    del client.cookies["sessionid"]
    client.post("/years/2030/settings/", TYPED)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/years/2031/settings/").context["form"]["plans_due_on"].value().isoformat() == "2031-04-10"
    restored = client.get("/years/2030/settings/")
    assert restored.context["form"]["plans_due_on"].value() == "2030-04-12"
    assert "登录过期前您填写的内容已恢复" in restored.content.decode()
    assert client.get("/years/2030/settings/").context["form"]["plans_due_on"].value().isoformat() == "2030-04-10"
