"""What our own server exports for a suite, however it is started."""

from dittofs.testing.targets.target import Twin

# Each export is a file system of its own. A test does as root what the role forbids from another address, for
# which the same export has another rule.
ADMIN = "127.0.0.3"

EXPORTS = {
    "rw": "/export",
    "ro": "/ro",
    "root_squash": "/root_squash",
    "all_squash": "/all_squash",
    "limited": "/limited",
}

OPTIONS = (
    "/export=rw,no_root_squash",
    *(f"{path}=rw,no_root_squash,clients={ADMIN}" for path in EXPORTS.values() if path != "/export"),
    "/ro=ro,no_root_squash",
    "/root_squash=rw,root_squash",
    "/all_squash=rw,all_squash",
    "/limited=rw,no_root_squash,clients=127.0.0.2",
)

TWINS = {role: Twin(path, source=ADMIN) for role, path in EXPORTS.items() if role != "rw"}
