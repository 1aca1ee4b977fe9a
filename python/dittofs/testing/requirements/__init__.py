"""The requirements table: what the specifications demand of a server, and the tests that hold it to that.

table       the rows, as conformance/requirements/*.yaml has them
coverage    the rows joined with the tests that cite them
collected   the citations of tests that are not run now
plugin      meets("8881-18.46.3-1") on a test, and the table's part of a run
tables      the table as text and as Markdown
"""

from dittofs.testing.requirements.coverage import Coverage, State, Tally
from dittofs.testing.requirements.table import Reason, Row, Table, TableError

__all__ = ["Coverage", "Reason", "Row", "State", "Table", "TableError", "Tally"]
