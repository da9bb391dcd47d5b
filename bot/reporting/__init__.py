"""Reports as officials must hand them in: numbers of a period, and the files they are written into."""
