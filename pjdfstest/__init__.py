"""Real kernels against a server: mounts in user-mode Linux, and the POSIX system-call suite run on them."""
