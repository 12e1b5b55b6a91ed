{{- /* What is stored, as the agents' chart has it and for the same reasons: whoever has a token may send anything. */ -}}
{{- define "console.kept" -}}
filter/known:
  error_mode: ignore
  logs:
    log_record:
    - log.attributes["log"] != "ngf_access" and log.attributes["ngf.log"] != "epp"
  metrics:
    metric:
    - not IsMatch(metric.name, "^(vllm:|sglang:|nv_|tgi_|DCGM_FI_|llm_d_epp_|inference_(objective|pool|extension)_|nginx_)")
transform/kept:
  error_mode: ignore
  log_statements:
  - keep_keys(log.attributes, {{ include "console.accessFields" . }}) where log.attributes["log"] == "ngf_access"
  - keep_keys(log.attributes, {{ include "console.pickerFields" . }}) where log.attributes["ngf.log"] == "epp"
  - set(log.attributes["error"], Substring(log.attributes["error"], 0, 300)) where IsString(log.attributes["error"]) and Len(log.attributes["error"]) > 300
  - set(log.body, "")
  trace_statements:
  - delete_matching_keys(span.attributes, "{{ include "console.content" . }}")
  - delete_matching_keys(spanevent.attributes, "{{ include "console.content" . }}|^exception[.]stacktrace")
  {{- range list "http.target" "http.url" "url.full" }}
  - replace_pattern(span.attributes[{{ quote . }}], "[?].*", "")
  {{- end }}
{{- end -}}

{{- define "console.accessFields" -}}
["log", "ts", "msec", "request_id", "x_request_id", "remote_addr", "host", "server", "port", "scheme", "proto", "method", "path", "status", "body_bytes_sent", "bytes_sent", "req_len", "rt", "proxy_host", "uaddr", "ustatus", "uct", "uht", "urt", "route_hdr", "route_var", "grpc_trailer", "grpc_header", "completion", "ua", "trace_id", "tls_version", "tls_cipher", "waf_action", "waf_violation_rating", "waf_signatures", "bot_classification", "xc_edge_latency_ms"]
{{- end -}}

{{- define "console.pickerFields" -}}
["ngf.log", "level", "ts", "msg", "caller", "logger", "x-request-id", "objectiveKey", "incomingModelName", "targetModel", "targetModelName", "priority", "fairnessID", "endpoint", "plugin", "score", "outcome", "error", "remainingEndpoints", "endpointsBefore", "modelName", "profile", "filter", "endpoints", "max-num-of-endpoints", "num-of-candidates", "endpoints-weighted-score"]
{{- end -}}

{{- define "console.content" -}}
^(gen_ai[.](prompt|completion|input|output[.]messages|system_instructions|tool)|llm[.](prompts|completions)|http[.](request|response)[.](header|body)|url[.]query)
{{- end -}}
