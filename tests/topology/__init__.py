"""The whole of it as a team runs it: two servers, nginx in front of them, and a PostgreSQL that may go away."""
