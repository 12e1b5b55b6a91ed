"""Names of the Dash components that more than one module talks about.

A page's own ids live beside its layout; what stands here is the vocabulary between the shell, the
pages, the callbacks and the JavaScript in ``assets/js``.
"""

URL = "_pages_location"
"""The Location that Dash's pages own. Its ``href`` changes on navigation and on back."""

VIEW = "view"
"""Store with the view state read from the URL: ``{path, cluster: [..], namespace, q, status: [..],
sort, page, tab, sel, ...}``. Written by ``assets/js/view.js`` only; everyone else calls
``ngf.view.set({key: value})`` in the browser or follows a link."""

LIVE_CHANGES = "live-changes"
"""Store with the latest pushed changes: a list of ``{cluster, kind, version}``."""

TOAST = "toast"
"""Store that shows a toast when written: ``{status, title, text, action: {label, href}}``."""

FACTS = "shell-facts"
"""Store with what the shell shows about the fleet; see ``callbacks/shell.py``."""

TICK = "shell-tick"
"""Counter that asks the server for fresh shell facts; bumped by ``assets/js/shell.js``."""

RETRY = "shell-retry"
"""Store written by a Retry button: ``{clusters: [names], at}``."""

SEARCH_QUERY = "search-query"
SEARCH_RESULTS = "search-results"
