"""The forms of certificates: store one with its key, request one, put another in its place.

A private key is in its textarea and nowhere else in the browser, also when it came from a file;
what was stored is never shown.
"""

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.cluster_settings import field, select
from components.kinds import href
from components.page import button, page_head, panel
from components.status import icon

CHAIN = ("certificate", "key", "ca")
INPUTS = {
    "upload": ("namespace", "name", *CHAIN),
    "request": ("namespace", "name", "hosts", "common-name"),
    "renew": CHAIN,
}
"""What is typed in each form, by the name of its id; each has room for what is
wrong with it."""
ALGORITHMS = (
    ("ecdsa-p256", "ECDSA P-256"),
    ("ecdsa-p384", "ECDSA P-384"),
    ("rsa-2048", "RSA 2048"),
    ("rsa-3072", "RSA 3072"),
    ("rsa-4096", "RSA 4096"),
    ("ed25519", "Ed25519, which few clients take"),
)
TITLES = {
    "upload": "Upload certificate",
    "request": "Request certificate",
    "renew": "Renew certificate",
}
_GO = {"upload": "Store certificate", "request": "Make key and request", "renew": "Renew"}


def part(mode: str, name: str) -> str:
    """The id of an input or a place in the form ``mode``."""
    return f"cert-{mode}-{name}"


def layout(mode: str, cluster: str = "", namespace: str = "", name: str = "") -> html.Div:
    """A form; that of a renewal is for the Secret that is named."""
    ref = {"mode": mode, "cluster": cluster, "namespace": namespace, "name": name}
    crumbs = [("Certificates", "/certificates")]
    title = TITLES[mode]
    if mode == "renew":
        crumbs.append((name, href("secrets", cluster, namespace, name)))
        title = f"Renew {name}"
    return html.Div(
        [
            dcc.Store(id=part(mode, "ref"), data=ref),
            page_head(title, crumbs=crumbs),
            html.Div(
                [icon("info-circle-fill"), html.Span(id=part(mode, "denied-text"))],
                id=part(mode, "denied"),
                className="strip info d-none",
                role="status",
            ),
            html.Fieldset(
                [*_parts(mode), _why(mode), _plan(mode)],
                id=part(mode, "inputs"),
                className="stack",
                disabled=True,
            ),
            html.Div(
                [
                    html.Span(id=part(mode, "said"), className="t2 grow", role="status"),
                    button("Check", id=part(mode, "check")),
                    button(_GO[mode], id=part(mode, "go"), kind="primary"),
                ],
                className="bar-foot",
            ),
        ],
        className="ngf-page form-page",
    )


def _parts(mode: str) -> list[Any]:
    if mode == "renew":
        return [_pem(mode)]
    if mode == "request":
        return [_where(mode), _asked(mode)]
    return [_where(mode), _pem(mode)]


def _where(mode: str) -> html.Section:
    return panel(
        "Where it is kept",
        html.Div(
            html.Div(
                [
                    field(part(mode, "cluster"), "Cluster", select(part(mode, "cluster"), (), "")),
                    field(
                        part(mode, "namespace"),
                        "Namespace",
                        dbc.Input(id=part(mode, "namespace"), autocomplete="off", className="mono"),
                        "That of the gateway; any other needs a ReferenceGrant.",
                    ),
                    field(
                        part(mode, "name"),
                        "Name of the Secret",
                        dbc.Input(id=part(mode, "name"), autocomplete="off", className="mono"),
                        "What a listener names in certificateRefs.",
                    ),
                ],
                className="fgrid three",
            ),
            className="fs",
        ),
        unit="a new Secret of type kubernetes.io/tls",
        rule=True,
    )


def _pem(mode: str) -> html.Section:
    key = (
        "Leave it empty if the certificate belongs to the key that is there: an answer to a "
        "request, or a renewal with the same key."
        if mode == "renew"
        else "Not encrypted. It is sent to the cluster and kept nowhere else."
    )
    return panel(
        "Certificate and key",
        html.Div(
            [
                _filed(
                    part(mode, "certificate"),
                    "Certificate chain in PEM",
                    _text(part(mode, "certificate"), 8, "-----BEGIN CERTIFICATE-----"),
                    "The server's certificate first, then each issuer. Roots are not needed.",
                ),
                _filed(
                    part(mode, "key"),
                    "Private key in PEM" + (", optional" if mode == "renew" else ""),
                    _text(part(mode, "key"), 5, "-----BEGIN PRIVATE KEY-----"),
                    key,
                    wants="key",
                ),
                _filed(
                    part(mode, "ca"),
                    "Authorities in PEM, optional",
                    _text(part(mode, "ca"), 3, ""),
                    "Kept beside it as ca.crt.",
                ),
                dbc.Checklist(
                    id=part(mode, "choices"),
                    options=[
                        {"value": "reorder", "label": "Put the certificates into order"},
                        {"value": "confirm-expired", "label": "Store it although it has expired"},
                    ],
                    value=[],
                    className="checklist",
                ),
            ],
            className="fs",
        ),
        rule=True,
    )


def _filed(
    id: str, label: str, control: Any, hint: str, *, wants: str = "certificates"
) -> html.Div:
    """A labelled text that files fill too, chosen or dropped: ``certificate_files.js`` reads them
    in the browser, and takes from them what the text ``wants``."""
    choose = "Choose a file" if wants == "key" else "Choose files"
    chooser = html.Div(
        [
            button(choose, **{"data-choose": "", "aria-label": f"{choose}: {label}"}),
            html.Span("or drop here, or paste", className="t3"),
            html.Span(className="t2", role="status", **{"data-taken": ""}),
        ],
        className="row-f choose",
    )
    return html.Div(
        [field(id, label, control, hint), chooser],
        className="filed",
        **{"data-pem": id, "data-wants": wants},
    )


def _asked(mode: str) -> html.Section:
    return panel(
        "What it is for",
        html.Div(
            [
                field(
                    part(mode, "hosts"),
                    "Hosts, one a line",
                    _text(part(mode, "hosts"), 4, "shop.example.com"),
                    "DNS names, *.example.com for one label below, or IP addresses.",
                ),
                html.Div(
                    [
                        field(
                            part(mode, "common-name"),
                            "Common name, optional",
                            dbc.Input(
                                id=part(mode, "common-name"), maxlength=64, autocomplete="off"
                            ),
                            "Some authorities ask for one; clients do not look at it.",
                        ),
                        field(
                            part(mode, "algorithm"),
                            "Key",
                            select(part(mode, "algorithm"), ALGORITHMS, ALGORITHMS[0][0]),
                            "Made here, written into the Secret, shown to nobody.",
                        ),
                    ],
                    className="fgrid",
                ),
            ],
            className="fs",
        ),
        unit="the Secret waits for its certificate; its page has the request to have signed",
        rule=True,
    )


def _why(mode: str) -> html.Section:
    return panel(
        "Reason",
        html.Div(
            field(
                part(mode, "reason"),
                "Reason, kept in the audit log",
                dbc.Input(id=part(mode, "reason"), autocomplete="off", maxlength=500),
                "Required where Argo CD, Flux or Helm keeps the Secret.",
            ),
            className="fs",
        ),
        rule=True,
    )


def _plan(mode: str) -> html.Section:
    return panel(
        "What changes",
        html.Div("Check says what the API server would store.", className="quiet"),
        unit="a dry run; private keys are not shown",
        rule=True,
        flush=True,
        body_id=part(mode, "plan"),
    )


def _text(id: str, rows: int, placeholder: str) -> dbc.Textarea:
    return dbc.Textarea(
        id=id,
        rows=rows,
        className="mono",
        spellcheck=False,
        placeholder=placeholder,
    )
