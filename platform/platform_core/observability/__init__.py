"""JSON logs that tell what happened and never who: personal data is masked before a line is written."""
