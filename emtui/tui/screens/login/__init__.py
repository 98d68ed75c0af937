"""Where somebody logs on: profiles, server, user and password, and the certificate of the server."""
