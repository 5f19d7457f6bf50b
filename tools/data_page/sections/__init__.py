"""The sections of the page, a file each: what was found out, as HTML."""
