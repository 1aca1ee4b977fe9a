"""The package as a wheel, installed where there is no build tree."""

import os
import pathlib
import subprocess
import sys
import zipfile

import pytest

import dittofs

ROOT = pathlib.Path(__file__).resolve().parents[3]
TREE = pathlib.Path(dittofs.__file__).absolute().parents[2]


def clean(**more: str) -> dict[str, str]:
    """An environment that names no package of ours."""
    away = ("PYTHONPATH", "DFS", "CONFORMANCE_COMMAND")
    kept = {k: v for k, v in os.environ.items() if k not in away and not k.startswith("PYTEST_")}
    return {**kept, "PYTHONNOUSERSITE": "1", **more}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "-w", str(folder), str(ROOT / "python")]
    done = subprocess.run(command, env=clean(DITTOFS_BUILD=str(TREE)), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("dittofs-*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel, tmp_path_factory) -> pathlib.Path:
    """The programs of an environment that the wheel is installed in."""
    where = tmp_path_factory.mktemp("environment")
    make = [sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", str(where)]
    subprocess.run(make, check=True, env=clean(), timeout=120)
    install = [sys.executable, "-m", "pip", "--python", str(where / "bin" / "python"), "install", "--no-index", "--no-deps"]
    subprocess.run([*install, "-q", str(wheel)], check=True, env=clean(), timeout=120)
    return where / "bin"


def run(programs: pathlib.Path, cwd: pathlib.Path, *command: str) -> subprocess.CompletedProcess[str]:
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [str(programs / command[0]), *command[1:]], cwd=cwd, env=clean(PATH=path), capture_output=True, text=True, timeout=120
    )


def test_it_holds_no_link_and_no_cache(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "dittofs/suites/conformance/pytest.ini" in names
    assert any(name.startswith("dittofs/_server.") for name in names)
    assert not [name for name in names if "__pycache__" in name]


def test_the_package_is_the_installed_one(programs, tmp_path):
    said = run(programs, tmp_path, "python", "-c", "import dittofs; print(dittofs.__file__)").stdout
    assert said.startswith(str(programs.parent))


def test_the_suites_run(programs, tmp_path):
    done = run(programs, tmp_path, "dittofs", "conformance", "nfs3/test_access.py", "-k", "test_file", "--report", "r")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "r" / "report.html").exists()


def test_the_program_is_found_by_them(programs, tmp_path):
    assert run(programs, tmp_path, "dfs", "version").returncode == 0
    arguments = ("conformance", "nfs3/test_access.py", "-k", "test_file", "--server", "dfs", "--report", "r")
    done = run(programs, tmp_path, "dittofs", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_test_is_explained(programs, tmp_path):
    assert "RFC1813 3.3.4" in run(programs, tmp_path, "dittofs", "explain", "nfs3/test_access.py::test_file").stdout
