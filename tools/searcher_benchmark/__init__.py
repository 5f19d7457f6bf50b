"""Parts of solutions measured side by side: the commands of `landmark bench`."""
