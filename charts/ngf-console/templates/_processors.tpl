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
  {{- include "console.resource" . | nindent 2 }}
  - keep_keys(log.attributes, {{ include "console.accessFields" . }}) where log.attributes["log"] == "ngf_access"
  - keep_keys(log.attributes, {{ include "console.pickerFields" . }}) where log.attributes["ngf.log"] == "epp"
  - set(log.attributes["error"], Substring(log.attributes["error"], 0, 300)) where IsString(log.attributes["error"]) and Len(log.attributes["error"]) > 300
  - set(log.body, "")
  trace_statements:
  {{- include "console.resource" . | nindent 2 }}
  - keep_keys(span.attributes, {{ include "console.spanFields" . }})
  - keep_keys(spanevent.attributes, ["exception.type", "exception.message"])
  - truncate_all(spanevent.attributes, 300)
  - set(span.status.message, Substring(span.status.message, 0, 300)) where Len(span.status.message) > 300
  # There is no function that drops links: a list that is set is emptied first, and this one is itself.
  - set(span.links, span.links)
  metric_statements:
  {{- include "console.resource" . | nindent 2 }}
{{- end -}}

{{- define "console.resource" -}}
- keep_keys(resource.attributes, ["cluster_name", "service.name", "k8s.namespace.name", "k8s.pod.name", "k8s.node.name", "ngf.gateway", "ngf.inference_pool"])
- truncate_all(resource.attributes, 256)
{{- end -}}

{{- define "console.accessFields" -}}
["log", "ts", "msec", "request_id", "x_request_id", "remote_addr", "host", "server", "port", "scheme", "proto", "method", "path", "status", "body_bytes_sent", "bytes_sent", "req_len", "rt", "proxy_host", "uaddr", "ustatus", "uct", "uht", "urt", "route_hdr", "route_var", "grpc_trailer", "grpc_header", "completion", "ua", "trace_id", "tls_version", "tls_cipher", "waf_action", "waf_violation_rating", "waf_signatures", "bot_classification", "xc_edge_latency_ms"]
{{- end -}}

{{- define "console.pickerFields" -}}
["ngf.log", "level", "ts", "msg", "caller", "logger", "x-request-id", "objectiveKey", "incomingModelName", "targetModel", "targetModelName", "priority", "fairnessID", "endpoint", "plugin", "score", "outcome", "error", "remainingEndpoints", "endpointsBefore", "modelName", "profile", "filter", "endpoints", "max-num-of-endpoints", "num-of-candidates", "endpoints-weighted-score"]
{{- end -}}

{{- define "console.spanFields" -}}
["gen_ai.request.id", "gen_ai.request.model", "gen_ai.request.max_tokens", "gen_ai.request.temperature", "gen_ai.request.top_p", "gen_ai.request.n", "gen_ai.response.model", "gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens", "gen_ai.latency.time_to_first_token", "gen_ai.latency.time_in_queue", "gen_ai.latency.time_in_model_prefill", "gen_ai.latency.time_in_model_decode", "gen_ai.latency.time_in_model_inference", "gen_ai.latency.e2e", "target_model", "request_prio", "llm_d.epp.scheduling.profile.name", "llm_d.epp.filter.candidate_endpoints", "llm_d.epp.filter.filtered_endpoints", "llm_d.epp.scoring.candidate_endpoints", "llm_d.epp.scorer.count", "llm_d.epp.scorer.type", "llm_d.epp.scorer.name", "llm_d.epp.scorer.weight", "llm_d.epp.scorer.candidate_endpoints", "llm_d.epp.scorer.endpoints_scored", "llm_d.epp.scorer.score.max", "llm_d.epp.scorer.score.avg", "llm_d.epp.picker.candidate_endpoints", "llm_d.epp.picker.top_endpoints", "llm_d.epp.picker.top_scores", "error.type", "http.method", "http.request.method", "http.route", "http.status_code", "http.response.status_code"]
{{- end -}}
