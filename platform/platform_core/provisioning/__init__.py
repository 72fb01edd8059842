"""An instance and its bodies come into being: roles, migrations, blueprints, demo data."""
