"""What people write: from the event to the stored comment, and what surrounds it."""
