"""What a run made, as figures (plain data, for JSON) and as a page; from its ledger and call store, which it only reads.

    figures = run_figures(RunFolder.open(folder))
    run_page(figures).write("report.html")

Works while the run goes on: what it says then is of the items that have ended, and it says so. Records are read one
after the other and never kept, so memory does not grow with their texts.
"""

from wethink_plugins.synthesis.report.figures import run_figures
from wethink_plugins.synthesis.report.page import run_page

__all__ = ["run_figures", "run_page"]
