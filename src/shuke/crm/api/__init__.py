"""What the operations of all apps are made of: their declaration, schemas, cursors, problems, the OpenAPI document.

It knows no noun. Each app writes its own `api.py` with it, and `shuke.web.api` joins them.
"""
