"""Runs the libFuzzer programs of a build folder, two at a time, and says how to repeat what they find.

Beside the programs (fuzz/NAME) it keeps corpus/NAME, which grows from run to run, and findings/, where inputs that
fail are written. A finding becomes a test by moving it to the folder fuzz/regressions/NAME beside the target's source.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# The largest input; the largest single allocation it may cause, in MiB: a few times a record, which for the streams
# is 128 KiB. A target that is not named takes the last row.
LIMITS = {"stream": (150_000, 2), "records": (150_000, 2), "values": (16_384, 2), "": (4_096, 2)}
LARGE_CORPUS = 2000  # inputs
STATUS = re.compile(r"^#(\d+)\s.*cov: (\d+).*corp: (\d+)/.*exec/s: (\d+)")
PRINTING = threading.Lock()


def say(text: str) -> None:
    with PRINTING:
        print(text, flush=True)


def regressions(name: str) -> list[pathlib.Path]:
    return [p for top in ("engine", "protocols") for p in (ROOT / top).rglob(f"fuzz/regressions/{name}")]


def findings(folder: pathlib.Path, name: str) -> set[pathlib.Path]:
    return set(folder.glob(f"{name}-*"))


def minimised(program: pathlib.Path, finding: pathlib.Path, environment: dict[str, str]) -> pathlib.Path:
    """The finding, or a smaller input that fails too."""
    least = finding.with_name(f"least-{finding.name}")
    subprocess.run(
        [program, "-minimize_crash=1", "-max_total_time=30", f"-exact_artifact_path={least}", finding],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return least if least.exists() else finding


def keep_small(program: pathlib.Path, corpus: pathlib.Path, environment: dict[str, str]) -> None:
    """Of a corpus that has become large, only inputs that together reach as much as all of them."""
    if sum(1 for _ in corpus.iterdir()) <= LARGE_CORPUS:
        return
    smaller = corpus.with_name(f"{corpus.name}.smaller")
    shutil.rmtree(smaller, ignore_errors=True)
    smaller.mkdir()
    done = subprocess.run([program, "-merge=1", smaller, corpus], env=environment, capture_output=True)
    if done.returncode == 0:
        shutil.rmtree(corpus)
        smaller.rename(corpus)


def run(build: pathlib.Path, name: str, seconds: int) -> bool:
    """One target for so long; whether it found nothing."""
    program, corpus, found = build / "fuzz" / name, build / "corpus" / name, build / "findings"
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    before = findings(found, name)
    subprocess.run([program, f"--seeds={build / 'seeds' / name}"], check=True)
    max_len, malloc_limit = LIMITS.get(name, LIMITS[""])
    command = [
        program, corpus, build / "seeds" / name, *regressions(name),
        f"-max_total_time={seconds}", f"-max_len={max_len}", f"-malloc_limit_mb={malloc_limit}", "-rss_limit_mb=1024",
        "-timeout=10", "-print_final_stats=1", f"-artifact_prefix={found}/{name}-",
    ]  # fmt: skip
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=0"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
                               errors="replace")  # fmt: skip
    tail: list[str] = []
    last = time.monotonic()
    status = "no input was run"
    for line in process.stdout:
        tail = [*tail[-60:], line]
        if match := STATUS.match(line):
            runs, coverage, size, speed = match.groups()
            status = f"{int(runs):,} runs ({speed}/s), {coverage} edges, {size} inputs"
            if time.monotonic() - last >= 10:
                last = time.monotonic()
                say(f"  {name}: {status}")
    if process.wait() == 0:
        say(f"  {name}: nothing found; {status}")
        keep_small(program, corpus, environment)
        return True
    say("".join(tail))
    for finding in sorted(findings(found, name) - before):
        least = minimised(program, finding, environment)
        say(f"  {name}: FAILED; repeat it with\n    {program.relative_to(ROOT)} {least.relative_to(ROOT)}")
    return False


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev fuzz", description="Run the fuzz targets.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="which (default: all)")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=int, default=60, help="for each target (default: %(default)s)")
    length.add_argument("--minutes", type=int, help="for each target")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build-fuzz", help=argparse.SUPPRESS)
    options = parser.parse_args()
    seconds = options.minutes * 60 if options.minutes else options.seconds
    there = sorted(p.name for p in (options.build / "fuzz").iterdir() if os.access(p, os.X_OK) and p.is_file())
    for name in options.targets:
        if name not in there:
            parser.error(f"there is no target {name}; there are {', '.join(there)}")
    names = options.targets or there
    say(f"{', '.join(names)}: {seconds} s each, two at a time")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        good = list(pool.map(lambda name: run(options.build, name, seconds), names))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
