"""The data page of a competition: its images and labels, as a plug-in analyses them."""
