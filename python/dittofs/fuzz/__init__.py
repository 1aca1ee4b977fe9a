"""A fuzzer for a server that is running, of whoever made it: requests that are nearly right.

    python3 -m dittofs fuzz --server nfs://host:2049/export --minor 1 --minutes 10

Requests are random values of their types, on files, stateids and sessions that are there, with a lie in a single field now
and then. What a request brings to light that none has before (which operations, with which answers) is kept, and the next
ones are made from it. A server fails that dies, hangs, hangs up, or answers what is no answer to the request; the requests
it takes are made as few and as small as they can be, and written as a pytest file.
"""

from dittofs.fuzz.judge import Finding, Trouble
from dittofs.fuzz.minimise import minimised
from dittofs.fuzz.parts import Part, Step
from dittofs.fuzz.run import Fuzzer, run_steps

__all__ = ["Finding", "Fuzzer", "Part", "Step", "Trouble", "minimised", "run_steps"]
