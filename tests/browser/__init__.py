"""Walkaround in a real Chromium against a real gunicorn; what a reviewer sees is what is asserted."""
