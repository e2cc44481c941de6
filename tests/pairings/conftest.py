from tests.factories.two_schools import two  # noqa: F401  a fixture that both apps' tests use
