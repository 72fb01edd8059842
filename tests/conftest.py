"""What every test of the project is given: the fixtures that modules from outside get, too."""

import os

pytest_plugins = ["plugin_api.pytest"]
os.environ["THIDUA_LANG"] = "vi"  # whatever the locale of the machine is
