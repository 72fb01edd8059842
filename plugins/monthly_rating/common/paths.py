"""The parts of addresses that several subjects share."""

CYCLE = "/cycles/{cycle_id:uuid}"
PERSON = f"{CYCLE}/people/{{person_id:uuid}}"
TASK, PLAN = "/tasks/{task_id:uuid}", "/plans/{plan_id:uuid}"
