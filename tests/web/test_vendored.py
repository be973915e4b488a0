"""What the pages load from npm: pinned, free of host names, with licences that may be passed on."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from clew.web.pages import HERE

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "package-lock.json"


@pytest.fixture(scope="module")
def vendor_frontend() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor_frontend", ROOT / "scripts" / "vendor_frontend.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_lock_names_no_host_and_pins_every_hash() -> None:
    text = LOCK.read_text(encoding="utf-8")
    assert "://" not in text
    packages = json.loads(text)["packages"]
    for name, facts in packages.items():
        if name:
            assert facts["integrity"].startswith("sha512-"), name
            assert "hasInstallScript" not in facts, name


def test_packages_are_asked_for_exactly() -> None:
    asked = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    for name, version in {**asked["dependencies"], **asked["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name


def test_licences_may_be_passed_on(vendor_frontend: ModuleType) -> None:
    packages = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    for name in vendor_frontend.LICENCES:
        licence = packages[f"node_modules/{name}"]["license"]
        assert licence in {"MIT", "ISC", "BSD-3-Clause", "BSD-0-Clause", "0BSD", "Apache-2.0"}, name


def test_every_file_that_a_page_loads_is_there(vendor_frontend: ModuleType) -> None:
    made = {Path(name).name for names in vendor_frontend.FILES.values() for name in names}
    sources = [*(HERE / "templates").glob("*.html"), *(HERE / "static").glob("*.js")]
    loaded = {
        name for path in sources for name in re.findall(r'"/static/([\w./-]+)"', path.read_text(encoding="utf-8"))
    }
    assert {name.removeprefix("vendor/") for name in loaded if name.startswith("vendor/")} == made
    for name in loaded:
        assert (HERE / "static" / name).is_file(), name


def test_every_vendored_package_brings_its_licence(vendor_frontend: ModuleType) -> None:
    texts = {path.name.partition(".LICENSE")[0] for path in (HERE / "static" / "vendor" / "licences").glob("*LICENSE*")}
    assert set(vendor_frontend.LICENCES) <= texts


def test_vendoring_twice_does_nothing(vendor_frontend: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor_frontend, "_install", lambda root: pytest.fail("npm was asked again"))
    assert vendor_frontend.vendor(ROOT) == HERE / "static" / "vendor"


def test_vendoring_without_npm_says_what_to_install(
    vendor_frontend: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "package-lock.json").write_bytes(LOCK.read_bytes())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(vendor_frontend.VendorError, match="install Node 20"):
        vendor_frontend.vendor(tmp_path)
