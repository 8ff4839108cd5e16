"""The command line of Celery once our app is loaded.

Celery looks for an app in the folder that it stands in before it looks anywhere else, and so do all imports
of that app: what is loaded already is not looked for.
"""

from celery.__main__ import main

import heliograph.workers.app  # noqa: F401

if __name__ == "__main__":
    main()
