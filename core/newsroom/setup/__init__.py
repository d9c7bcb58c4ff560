"""What is set up: publications, channels, places that move, and what could not be read."""
