"""From a request to a page or a JSON answer: middleware, endpoints from declarations, screens."""
