"""What our own server exports for a suite, however it is started."""

# All exports show one file system, so each role's twin is the root of the read-write export.
EXPORTS = {
    "rw": "/export",
    "ro": "/ro",
    "root_squash": "/root_squash",
    "all_squash": "/all_squash",
    "limited": "/limited",
}

OPTIONS = (
    "/export=rw,no_root_squash",
    "/ro=ro,no_root_squash",
    "/root_squash=rw,root_squash",
    "/all_squash=rw,all_squash",
    "/limited=rw,no_root_squash,clients=127.0.0.2",
)

TWINS = {role: "" for role in EXPORTS if role != "rw"}
