"""The wheel: what CMake and Ninja leave in the build tree's package, with links followed, and the program dfs.

    pip wheel --no-build-isolation --no-deps ./python          from the checkout; needs what `./dev build` installs

DITTOFS_BUILD names another build tree than `build` in the checkout; there is none yet: it is made.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent.parent
TREE = Path(os.environ.get("DITTOFS_BUILD", ROOT / "build")).resolve()


def version() -> str:
    found = re.search(r"project\(\w+ VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())
    if found is None:
        raise SystemExit("CMakeLists.txt gives the project no version")
    return found[1]


class Build(build_py):
    def run(self) -> None:
        if not (TREE / "build.ninja").exists():
            subprocess.run(["cmake", "--preset", "release", "-B", str(TREE)], cwd=ROOT, check=True)
        subprocess.run(["ninja", "-C", str(TREE), "dfs", "_wire", "_server"], check=True)
        package = Path(self.build_lib) / "dittofs"
        shutil.rmtree(package, ignore_errors=True)  # of an earlier build: what is gone since must not be in the wheel
        shutil.copytree(TREE / "python" / "dittofs", package, ignore=shutil.ignore_patterns("__pycache__"))


class Compiled(Distribution):
    """For one platform, though setuptools is told of no extension module."""

    def has_ext_modules(self) -> bool:
        return True


setup(
    version=version(),
    packages=["dittofs"],
    data_files=[("bin", [os.path.relpath(TREE / "bin" / "dfs", Path(__file__).parent)])],
    cmdclass={"build_py": Build},
    distclass=Compiled,
)
