"""Conformance suites: each expectation cites a specification, and holds any server to it, ours or not."""
