"""The desk: cards, queues, waves, reports, appeals, and what is told there."""
