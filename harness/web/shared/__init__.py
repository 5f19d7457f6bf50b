"""Parts of pages that several pages share: the board of a request, board tables, entry lookup and entry tables."""
