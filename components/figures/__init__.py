"""Charts as plain Plotly dicts, made by pure functions from plain values.

A figure names its colours by the tokens of ``assets/css/tokens.css`` (``--ngf-c3``, ``--ngf-c8 /
0.55``) and has no template of its own: `paint` puts both in for a theme, here or, with the same
table, in the browser (``assets/js/figures.js``), so that switching the theme asks nobody.
"""
