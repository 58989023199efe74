"""Django's SQLite for connections that are kept: named as ENGINE by `environment.py`."""
