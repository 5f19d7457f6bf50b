"""The team server: signing in, handing in, scoring what was handed in, and looking after it all."""
