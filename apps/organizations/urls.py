app_name = "x"
urlpatterns: list = []
