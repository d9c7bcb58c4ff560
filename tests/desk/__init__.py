"""The desk without the platforms: what its cards show, whatever happens in whichever order."""
