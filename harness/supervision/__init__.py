"""Child processes under supervision: limits on all their descendants, a bounded log, and nothing left behind."""
