"""An external pjdfstest checkout: its shell scripts, which report by the Test Anything Protocol."""
