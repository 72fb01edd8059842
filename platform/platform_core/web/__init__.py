"""From a request to a page or a JSON answer: the middleware every request passes, endpoints from declarations, screens."""
