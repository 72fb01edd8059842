"""From a request to a page or a JSON answer: the gate every request passes, endpoints from declarations, screens."""
