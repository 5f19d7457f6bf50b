import pytest

from harness.web.overfitting import routes


@pytest.fixture(autouse=True)
def patient_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages wait for their simulations, so that a test sees the result and not the sign of work."""
    monkeypatch.setattr(routes, "PATIENCE_S", 60)
