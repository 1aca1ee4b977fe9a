"""Fixtures that more than one suite uses."""

import pytest

from dittofs.nfs3 import nfs_fh3


@pytest.fixture
def file(nfs3, home) -> nfs_fh3:
    """An empty regular file, mode 0666, in the test's directory, named "file"."""
    return nfs3.create(home, "file", mode=0o666).obj.handle


@pytest.fixture
def symlink(nfs3, home) -> nfs_fh3:
    """A symbolic link named "symlink" to "target"."""
    return nfs3.symlink(home, "symlink", "target", mode=0o777).obj.handle


@pytest.fixture
def subdir(nfs3, home) -> nfs_fh3:
    """An empty directory, mode 0777, named "subdir"."""
    return nfs3.mkdir(home, "subdir", mode=0o777).obj.handle


@pytest.fixture
def fifo(nfs3, home) -> nfs_fh3:
    """A named pipe, named "fifo"."""
    return nfs3.mknod(home, "fifo", 7, mode=0o666).obj.handle


@pytest.fixture
def crowded(nfs3, home) -> nfs_fh3:
    """A directory of 200 files, listed in several pages."""
    directory = nfs3.mkdir(home, "crowded", mode=0o777).obj.handle
    for creation in [nfs3.create.send(directory, f"entry-{n:03}") for n in range(200)]:
        creation.result()
    return directory
