"""What the room does, step by step, and what its screens show.
Every function runs in the transaction of the request."""
