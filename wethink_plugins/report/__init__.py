"""One way to draw a self-contained HTML page: numbers, charts, tables and galleries, without a network.

    Page("Title").section("Heading", "What is seen.").figure(LineChart("Reward", [Line("train", points)])).write("page.html")

Everything that is handed in is text and is escaped, model output above all; nothing is trusted as HTML.
"""

from wethink_plugins.report.bars import Bar, Histogram
from wethink_plugins.report.chart import Guide, Line, LineChart
from wethink_plugins.report.images import data_uri
from wethink_plugins.report.page import Card, Cell, Fact, Number, Page

__all__ = ["Bar", "Card", "Cell", "Fact", "Guide", "Histogram", "Line", "LineChart", "Number", "Page", "data_uri"]
