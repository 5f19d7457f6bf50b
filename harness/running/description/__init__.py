"""Descriptions of solutions. Plug-ins are imported in processes of their own, with limits and in a sandbox."""
