"""The columns of the tables on detail pages."""

from components.tables import Column, column

LISTENERS: list[Column] = [
    column("name", "Listener", "NgfStrong", flex=1, width=90, narrow=True),
    column("protocol", "Protocol", width=88, narrow=True),
    column("hostname", "Hostname", flex=2, width=146, mono=True, none="any host"),
    column("certificate", "Certificate", "NgfLink", flex=3, width=160, sort=False),
    column("routes_from", "Routes from", width=100),
    column("routes", "Routes", width=60, number=True),
    column("state", "Status", "NgfState", width=170, sort=False, narrow=True),
]
ROUTES: list[Column] = [
    column("kind", "Kind", width=60),
    column("route", "Route", "NgfName", flex=2, width=146, narrow=True),
    column("hostnames", "Hostname", "NgfFirst", flex=2, width=154, mono=True, none="any host"),
    column("listener", "Listener", width=100, narrow=True, none="every listener"),
    column("matches_text", "Matches", flex=1, width=92, mono=True),
    column("state", "Status", "NgfState", width=236, sort=False),
]
RULES: list[Column] = [
    column("rule", "Rule", "NgfStrong", width=84),
    column(
        "matches",
        "When a request matches",
        "NgfLines",
        flex=4,
        width=150,
        sort=False,
        narrow=True,
        mono=True,
        none="every connection",
    ),
    column("filters", "Change it", "NgfLines", flex=3, width=150, sort=False, none="nothing"),
    column("backends", "Send it to", "NgfLines", flex=4, width=150, sort=False, narrow=True),
]
PARENTS: list[Column] = [
    column("gateway", "Gateway", "NgfLink", flex=2, width=150, narrow=True),
    column("listener", "Listener", width=140, none="every listener"),
    column("state", "Status", "NgfState", width=190, sort=False, narrow=True),
    column("message", "Why", flex=3, width=200, sort=False),
]
ATTACHMENTS: list[Column] = [
    column("gateway", "Gateway", "NgfLink", flex=2, width=140, narrow=True),
    column("listener", "Listener", width=104, none="every one"),
    column("model", "By the model", "NgfLines", flex=4, width=190, sort=False, narrow=True),
    column("state", "By its controller", "NgfState", width=150, sort=False),
    column("message", "It says", flex=3, width=150, sort=False),
]
PROBLEMS: list[Column] = [
    column("state", "Problem", "NgfState", width=150, narrow=True),
    column("said", "What and where", "NgfLines", flex=4, width=180, sort=False, narrow=True),
    column("remedy", "What to do", flex=3, width=180, sort=False),
]
IN_EFFECT: list[Column] = [
    column("policy", "Policy", "NgfLink", flex=2, width=150, narrow=True),
    column("kind", "Kind", width=160),
    column("where", "Applies", flex=1, width=130),
    column("settings", "Settings", "NgfLines", flex=3, width=190, sort=False, mono=True),
    column("state", "Status", "NgfState", width=130, sort=False, narrow=True),
]
GATEWAYS: list[Column] = [
    column("status", "Status", "NgfStatus", width=178),
    column("name", "Name", "NgfName", flex=2, width=180, narrow=True),
    column("reason", "Reason", "NgfReason", width=160),
    column("listener_ports", "Listener ports", width=150),
    column("routes", "Routes", width=84, number=True, narrow=True),
    column("created", "Age", "NgfAge", width=80, number=True),
]
TARGETS: list[Column] = [
    column("kind", "Kind", width=110),
    column("target", "Target", "NgfLink", flex=2, width=150, narrow=True),
    column("section", "Part", width=110, none="all of it"),
    column("state", "What it gets", "NgfLines", flex=4, width=220, sort=False, narrow=True),
    column("effect", "", "NgfLink", width=96, sort=False),
]
SETTINGS: list[Column] = [
    column("path", "Setting", flex=2, width=160, narrow=True, mono=True),
    column("value", "Value", "NgfLines", flex=2, width=130, sort=False, mono=True, narrow=True),
    column("where", "In effect", "NgfLines", flex=4, width=220, sort=False),
]
CHILDREN: list[Column] = [
    column("kind", "Kind", flex=2, width=118, narrow=True),
    column("child", "Object", "NgfLink", flex=2, width=124, sort=False, narrow=True),
    column("state", "Status", "NgfState", width=106, sort=False, narrow=True),
    column("message", "It says", flex=3, width=150, sort=False),
    column("section", "Counts for", flex=1, width=116, shown=False),
    column("drift", "Restored", width=82, number=True),
    column("since", "Since", "NgfAge", width=70, number=True),
]
LACKING: list[Column] = [
    column("what", "What", "NgfState", flex=1, width=150, sort=False, narrow=True),
    column("reason", "Reason", flex=1, width=130),
    column("message", "Why, and what to do", flex=4, width=200, sort=False, narrow=True),
]
EVENTS: list[Column] = [
    column("state", "Type", "NgfState", width=110),
    column("reason", "Reason", flex=1, width=140, narrow=True),
    column("message", "Message", flex=3, width=200, sort=False, narrow=True),
    column("source", "From", width=170),
    column("count", "Count", width=80, number=True),
    column("at", "Last", "NgfAge", width=90, number=True),
]
AUDIT: list[Column] = [
    column("state", "Outcome", "NgfState", width=120),
    column("actor", "Who", width=150, narrow=True),
    column("verb", "What", width=100, narrow=True),
    column("changes", "Changed", "NgfLines", flex=3, width=220, sort=False, mono=True),
    column("reason", "Reason", flex=2, width=160, none="none given"),
    column("at", "When", "NgfAge", width=90, number=True),
]
CHAIN: list[Column] = [
    column("subject", "Certificate", "NgfStrong", flex=2, width=110, narrow=True),
    column("names", "Names", "NgfLines", flex=3, width=150, sort=False, mono=True),
    column("issuer", "Issuer", flex=2, width=96),
    column("key", "Key", width=110),
    column("ends", "Valid until", width=106),
    column("days", "Days", width=66, number=True, narrow=True),
    column("state", "Status", "NgfState", width=92, sort=False),
    column("where", "Kept in", width=76, mono=True),
]
USES: list[Column] = [
    column("by", "Who", "NgfLink", flex=2, width=150, sort=False, narrow=True),
    column("listener", "Listener", width=110, none="none"),
    column("role", "As", width=74),
    column("hosts", "Hosts", "NgfLines", flex=3, width=170, sort=False, narrow=True, mono=True),
    column("routes", "Routes", "NgfLines", flex=2, width=150, sort=False, none="none"),
]
