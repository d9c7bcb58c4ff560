"""Articles and their threads: from a draft or feed to the places where people comment."""
