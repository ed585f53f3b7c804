"""The set-up script, run on a small stand-in for the project that needs no network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
# Builds nothing but a link to the folder, as hatchling does for an editable installation.
BACKEND = """
import pathlib, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "kaimen-0.0.0-py3-none-any.whl"
    info = "kaimen-0.0.0.dist-info"
    with zipfile.ZipFile(pathlib.Path(folder) / name, "w") as wheel:
        wheel.writestr("kaimen.pth", str(pathlib.Path.cwd()))
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: kaimen\\nVersion: 0.0.0\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "kaimen"
version = "0.0.0"
"""
COMMAND_LINE = """
import os, sys
print(sys.argv[1:], os.getcwd(), os.environ["KAIMEN_HOME"])
sys.exit(3 if "fail" in sys.argv else 0)
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("checkout") / "配电网 开门接电" / ("long " * 12).strip() / "kaimen"
    (root / "api").mkdir(parents=True)
    (root / "requirements").mkdir()
    shutil.copy(REPOSITORY / "dev", root)
    (root / "requirements/run.lock").touch()
    (root / "requirements/dev.lock").touch()
    (root / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (root / "backend.py").write_text(BACKEND, encoding="utf-8")
    (root / "api/__init__.py").touch()
    (root / "api/cli.py").write_text(COMMAND_LINE, encoding="utf-8")
    assert dev(root, "kaimen").returncode == 0
    return root


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Give a folder whose own packages must not take the place of Kaimen's."""
    (tmp_path / "api").mkdir()
    (tmp_path / "api/__init__.py").write_text("raise SystemExit('the wrong package')", encoding="utf-8")
    return tmp_path


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("KAIMEN")}


def dev(root: Path, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [root / "dev", *arguments],
        cwd=folder or root,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def installations(done: subprocess.CompletedProcess[str]) -> int:
    return done.stderr.count("installing Kaimen itself ...")


def test_the_script_is_valid_and_explains_itself_on_standard_error() -> None:
    for verb, code in (("help", 0), ("no-such-verb", 2)):
        done = dev(REPOSITORY, verb)
        assert (done.returncode, done.stdout) == (code, "")
        assert all(f"./dev {known}" in done.stderr for known in ("demo", "test", "kaimen", "serve", "down"))
    assert dev(REPOSITORY, "demo", "--port").returncode == 2


def test_the_second_run_installs_nothing_and_hands_over_folder_arguments_and_exit_code(
    checkout: Path, elsewhere: Path
) -> None:
    arguments = ["import", "a b", "$HOME", "数据.csv", "fail"]
    done = dev(checkout, "kaimen", *arguments, folder=elsewhere)
    assert done.stderr == ""
    assert done.stdout == f"{arguments} {elsewhere} {checkout / '.kaimen'}\n"
    assert done.returncode == 3


def test_demo_serves_unless_told_not_to(checkout: Path) -> None:
    lines = dev(checkout, "demo", "--no-serve").stdout.splitlines()
    assert [line.split("]")[0] for line in lines] == ["['demo'"]
    lines = dev(checkout, "demo", "--port", "8123").stdout.splitlines()
    assert [line.split("]")[0] for line in lines] == [
        "['demo', '--port', '8123'",
        "['serve', '--port', '8123'",
    ]
    lines = dev(checkout, "demo").stdout.splitlines()
    assert [line.split("]")[0] for line in lines] == ["['demo', '--port', '8000'", "['serve'"]


def test_down_without_a_database_has_nothing_to_do(checkout: Path) -> None:
    done = dev(checkout, "down")
    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing to stop" in done.stderr


def test_a_changed_lock_is_installed_and_the_environment_for_development_serves_both(checkout: Path) -> None:
    (checkout / "requirements/run.lock").write_text("# changed\n", encoding="utf-8")
    assert installations(dev(checkout, "kaimen")) == 1
    assert "requirements/dev.lock" in dev(checkout, "lint").stderr
    assert dev(checkout, "kaimen").stderr == ""


def test_a_half_made_environment_is_made_anew_by_one_of_two_at_once(checkout: Path) -> None:
    (checkout / ".venv/kaimen.stamp").unlink()
    (checkout / ".venv/bin/pip").unlink()
    both = [
        subprocess.Popen(
            [checkout / "dev", "kaimen"],
            env=_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for _ in range(2)
    ]
    said = [one.communicate()[1] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sum(text.count("making .venv") for text in said) == 2  # one begin, one end
    assert sum("waiting for it" in text for text in said) == 1


def test_a_moved_checkout_gets_an_environment_of_its_own(checkout: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(checkout, moved, symlinks=True, ignore=shutil.ignore_patterns("lib"))
    assert "making .venv" in dev(moved, "kaimen").stderr
    assert dev(moved, "kaimen").stdout == f"[] {moved} {moved / '.kaimen'}\n"


def test_a_failing_step_shows_what_why_and_the_repair(checkout: Path) -> None:
    lock = checkout / "requirements/run.lock"
    before = lock.read_text(encoding="utf-8")
    lock.write_text("not a requirement\n", encoding="utf-8")
    (checkout / "requirements/dev.lock").write_text("not a requirement\n", encoding="utf-8")
    done = dev(checkout, "kaimen")
    lock.write_text(before, encoding="utf-8")
    (checkout / "requirements/dev.lock").write_text("", encoding="utf-8")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Invalid requirement" in done.stderr
    assert "Repair: check the network" in done.stderr.splitlines()[-1]


def test_the_continuous_integration_runs_the_tests_and_nothing_else() -> None:
    lines = (REPOSITORY / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[-1] == "./dev test"
    assert os.access(REPOSITORY / ".ci/run", os.X_OK)


def test_the_containers_pin_their_images_and_bake_in_no_secret() -> None:
    texts = {name: (REPOSITORY / name).read_text(encoding="utf-8") for name in ("Dockerfile", "compose.yaml")}
    images = re.findall(r"^FROM (.+)$|^ *image: (.+)$", "\n".join(texts.values()), re.MULTILINE)
    tags = [(docker or compose).rpartition(":")[2] for docker, compose in images]
    assert len(tags) == 2
    assert all(re.match(r"\d+(\.\d+)*-", tag) for tag in tags)
    passwords = re.findall(r"PASSWORD: *(.*)", texts["compose.yaml"])
    assert len(passwords) == 2
    assert all(value.startswith("${KAIMEN_DATABASE_PASSWORD:?") for value in passwords)
    assert "--require-hashes -r requirements/run.lock" in texts["Dockerfile"]
    assert texts["Dockerfile"].index("\nUSER kaimen") < texts["Dockerfile"].index("\nCMD")
