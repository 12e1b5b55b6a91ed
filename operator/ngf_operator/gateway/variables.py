"""Variables that an access-log format may have, and which of its variables NGINX does not know.

One unknown variable makes NGINX refuse its whole configuration: no change takes effect any more and
new pods never get ready. What NGF declares only together with certain routes (``$match_key``,
``$inference_workload_endpoint``) is left out on purpose: it vanishes with them.
"""

import re
from collections.abc import Iterable, Iterator

_CORE = """
args binary_remote_addr body_bytes_sent bytes_sent connection connection_requests connection_time
content_length content_type document_root document_uri host hostname https is_args limit_rate msec
nginx_version pid pipe proxy_protocol_addr proxy_protocol_port proxy_protocol_server_addr
proxy_protocol_server_port query_string realpath_root remote_addr remote_port remote_user request
request_body request_body_file request_completion request_filename request_id request_length
request_method request_time request_uri scheme server_addr server_name server_port server_protocol
status tcpinfo_rcv_space tcpinfo_rtt tcpinfo_rttvar tcpinfo_snd_cwnd time_iso8601 time_local uri
"""
_UPSTREAM = """
proxy_add_x_forwarded_for proxy_host proxy_port upstream_addr upstream_bytes_received
upstream_bytes_sent upstream_cache_status upstream_connect_time upstream_header_time
upstream_response_length upstream_response_time upstream_status
"""
_SSL = """
ssl_alpn_protocol ssl_cipher ssl_ciphers ssl_client_cert ssl_client_escaped_cert
ssl_client_fingerprint ssl_client_i_dn ssl_client_i_dn_legacy ssl_client_raw_cert ssl_client_s_dn
ssl_client_s_dn_legacy ssl_client_serial ssl_client_v_end ssl_client_v_remain ssl_client_v_start
ssl_client_verify ssl_curve ssl_curves ssl_early_data ssl_protocol ssl_server_name ssl_session_id
ssl_session_reused
"""
_MODULES = """
ancient_browser connections_active connections_reading connections_waiting connections_writing
date_gmt date_local gzip_ratio http2 http3 invalid_referer limit_conn_status limit_req_status
modern_browser msie realip_remote_addr realip_remote_port secure_link secure_link_expires
slice_range uid_got uid_reset uid_set
"""
_OF_NGF = """
connection_keepalive connection_upgrade gw_api_compliant_host path request_uri_path
"""
ALWAYS = frozenset((_CORE + _UPSTREAM + _SSL + _MODULES + _OF_NGF).split())
"""Variables of every data plane of NGF."""
TRACING = frozenset({"otel_parent_id", "otel_parent_sampled", "otel_span_id", "otel_trace_id"})
"""Those of the tracing module, which is loaded only when traces are exported."""
PLUS = frozenset(
    {
        "jwt_payload",
        "session_log_binary_id",
        "session_log_id",
        "upstream_last_server_name",
        "upstream_queue_time",
    }
)
"""Those of NGINX Plus."""
FIREWALL = frozenset(
    {
        "app_protect_outcome",
        "app_protect_outcome_reason",
        "app_protect_policy_name",
        "app_protect_support_id",
        "app_protect_version",
    }
)
"""Those of the firewall, whose module is loaded only when it is on."""
PREFIXES = (
    "arg_",
    "cookie_",
    "http_",
    "proxy_protocol_tlv_",
    "sent_http_",
    "sent_trailer_",
    "upstream_cookie_",
    "upstream_http_",
    "upstream_trailer_",
)
"""What comes behind these is the name of a header, a parameter and so on."""
PLUS_PREFIXES = ("jwt_claim_", "jwt_header_")
LONGEST = 4095
"""Bytes of a format: NGINX reads its configuration into 4096, and the closing quote is one."""

_USE = re.compile(r"\$(?:\{(\w+)\}|(\w+))", re.ASCII)
_CAPTURE = re.compile(r"\(\?P?<(\w+)>", re.ASCII)
_DECLARED = re.compile(
    r"(?:^|[\s;{}])(?:"
    r"(?:set|js_set|js_var|auth_request_set|auth_jwt_claim_set|auth_jwt_header_set|perl_set)\s+"
    r"|(?:map|split_clients)\s+(?:\"[^\"]*\"|'[^']*'|\S+)\s+"
    r"|geo\s+(?:\$\w+\s+)?"
    r"|keyval\s+(?:\"[^\"]*\"|'[^']*'|\S+)\s+"
    r")\$(\w+)",
    re.ASCII,
)


def used(text: str) -> Iterator[str]:
    """Names of the variables of a format, in lower case, as NGINX looks them up."""
    for match in _USE.finditer(text):
        yield (match[1] or match[2]).lower()


def declared(snippet: str) -> Iterator[str]:
    """Names of the variables that directives of NGINX declare, comments left out."""
    text = "\n".join(line.partition("#")[0] for line in snippet.splitlines())
    for pattern in (_DECLARED, _CAPTURE):
        yield from (name.lower() for name in pattern.findall(text))


def malformed(text: str) -> str:
    """Why NGINX cannot even read a format, as a clause; "" when it can."""
    if (length := len(text.encode())) > LONGEST:
        return f"it has {length} bytes, and NGINX reads no more than {LONGEST}"
    if re.search(r"['\r\n]", text):
        return "it must not have apostrophes or line breaks"
    if (len(text) - len(text.rstrip("\\"))) % 2:
        return "it ends with a backslash, which would hide the end of the text"
    bare = _USE.sub("", text)
    if "$" in bare:
        return "it has a $ without the name of a variable behind it"
    return ""


def unknown(text: str, known: Iterable[str], prefixes: Iterable[str]) -> list[str]:
    """The variables of a format that are neither known nor begin with a prefix, each once."""
    names, beginnings = frozenset(known), tuple(prefixes)
    found = (name for name in used(text) if name not in names and not name.startswith(beginnings))
    return list(dict.fromkeys(found))
