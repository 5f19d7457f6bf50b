"""Messages about scored submissions: to webhooks, and by mail."""
