def pytest_addoption(parser):
    parser.addoption("--rounds", type=int, default=30, help="rounds of the kill -9 test (default: 30)")
    parser.addoption("--crash-seed", type=int, default=None, help="repeat the workload of a run")
    parser.addoption("--restarts", type=int, default=20, help="restarts of the kill -9 test of sessions (default: 20)")
