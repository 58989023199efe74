"""Shows that no acknowledged change is lost: real servers that are killed, a bad network, and a count afterwards.

`campaign.py` is the whole of it; `make chaos` runs it long, `test_chaos.py` briefly.
"""
