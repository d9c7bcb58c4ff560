"""Authors: what is known of one, what is told to one alone, and what is held against one."""
