"""What the site has beside the files of docs/: one module a kind of page."""
