"""The language of cases/*.cases, and what runs it: system calls as several users, all made by one process."""
