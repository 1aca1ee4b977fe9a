"""Kernel modules of user-mode Linux, loaded without kmod: modules.dep says what needs what."""

from __future__ import annotations

import os

import system

FOLDER = "/usr/lib/uml/modules"


def load(names: list[str]) -> None:
    """Loads modules and what they depend on; one that the kernel has built in is passed over."""
    folder = os.path.join(FOLDER, os.uname().release)
    known = _dependencies(os.path.join(folder, "modules.dep"))
    for name in names:
        path, needed = known.get(_key(name), (None, []))
        for one in [*reversed(needed), *filter(None, [path])]:
            system.finit_module(os.path.join(folder, one))


def _dependencies(path: str) -> dict[str, tuple[str, list[str]]]:
    """Module -> its file and the files it needs, nearest first, as depmod writes them."""
    found = {}
    with open(path) as lines:
        for line in lines:
            file, _, needed = line.partition(":")
            found[_key(os.path.basename(file).split(".ko")[0])] = (file, needed.split())
    return found


def _key(name: str) -> str:
    return name.replace("-", "_")
