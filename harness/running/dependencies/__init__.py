"""What a run reads besides its images: files, folders, modules, libraries and variables; and whether they are the same.

The worker notes what it reads (`recorder`). The parent adds digests, stores them in the run's folder, and compares them
before it reuses a finished run (`changes`).
"""
