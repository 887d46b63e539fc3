from tests.english import client, new_client

__all__ = ["client", "new_client"]
