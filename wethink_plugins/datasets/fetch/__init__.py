"""The published rows and the images that they name, without the archive ever being joined on disk."""
