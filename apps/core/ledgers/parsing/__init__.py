"""Takes an uploaded file apart, in a process of its own that holds nothing of the portal (child.py): nothing here imports Django.

What comes out is plain data; `apps.core.ledgers.reading` starts the process and makes rows of what it says.
"""
