"""Two cards of one customer: found, looked at side by side, merged, and parted again just as they were."""
