"""Parts of the pages; none of them knows a tool."""
