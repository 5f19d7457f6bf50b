"""What a competition's images and labels look like, as a page: `landmark data show`."""
