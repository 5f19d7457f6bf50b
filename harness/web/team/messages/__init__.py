"""Messages about scored submissions: to web hooks, and by mail."""
