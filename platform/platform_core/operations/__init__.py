"""An instance at work: the server, its daily maintenance, the doctor."""
