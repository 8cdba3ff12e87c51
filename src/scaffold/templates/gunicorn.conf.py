# Read by gunicorn, which passes over names that its version does not know.
logconfig_json = "/observing/logging.json"
# It would be made in a home directory, which is read-only, and nobody could call it in a container without a shell.
control_socket_disable = True
