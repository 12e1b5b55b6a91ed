{{- /* What leaves the cluster. Log records and metrics of other kinds, bodies and every field that is not named
here stay, because prompts stand in logs of pickers and in spans of engines. The hub has the same lists and does
not rely on ours. */ -}}
{{- define "agent.kept" -}}
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
  {{- include "agent.resource" . | nindent 2 }}
  - keep_keys(log.attributes, {{ include "agent.accessFields" . }}) where log.attributes["log"] == "ngf_access"
  - keep_keys(log.attributes, {{ include "agent.pickerFields" . }}) where log.attributes["ngf.log"] == "epp"
  - set(log.attributes["error"], Substring(log.attributes["error"], 0, 300)) where IsString(log.attributes["error"]) and Len(log.attributes["error"]) > 300
  - set(log.body, "")
  trace_statements:
  {{- include "agent.resource" . | nindent 2 }}
  - keep_keys(span.attributes, {{ include "agent.spanFields" . }})
  - keep_keys(spanevent.attributes, ["exception.type", "exception.message"])
  - truncate_all(spanevent.attributes, 300)
  - set(span.status.message, Substring(span.status.message, 0, 300)) where Len(span.status.message) > 300
  # There is no function that drops links: a list that is set is emptied first, and this one is itself.
  - set(span.links, span.links)
  metric_statements:
  {{- include "agent.resource" . | nindent 2 }}
{{- end -}}

{{- define "agent.resource" -}}
- keep_keys(resource.attributes, ["cluster_name", "service.name", "k8s.namespace.name", "k8s.pod.name", "k8s.node.name", "ngf.gateway", "ngf.inference_pool"])
- truncate_all(resource.attributes, 256)
{{- end -}}

{{- define "agent.accessFields" -}}
["log", "ts", "msec", "request_id", "x_request_id", "remote_addr", "host", "server", "port", "scheme", "proto", "method", "path", "status", "body_bytes_sent", "bytes_sent", "req_len", "rt", "proxy_host", "uaddr", "ustatus", "uct", "uht", "urt", "route_hdr", "route_var", "grpc_trailer", "grpc_header", "completion", "ua", "trace_id", "tls_version", "tls_cipher", "waf_action", "waf_violation_rating", "waf_signatures", "bot_classification", "xc_edge_latency_ms"]
{{- end -}}

{{- define "agent.pickerFields" -}}
["ngf.log", "level", "ts", "msg", "caller", "logger", "x-request-id", "objectiveKey", "incomingModelName", "targetModel", "targetModelName", "priority", "fairnessID", "endpoint", "plugin", "score", "outcome", "error", "remainingEndpoints", "endpointsBefore", "modelName", "profile", "filter", "endpoints", "max-num-of-endpoints", "num-of-candidates", "endpoints-weighted-score"]
{{- end -}}

{{- define "agent.spanFields" -}}
["gen_ai.request.id", "gen_ai.request.model", "gen_ai.request.max_tokens", "gen_ai.request.temperature", "gen_ai.request.top_p", "gen_ai.request.n", "gen_ai.response.model", "gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens", "gen_ai.latency.time_to_first_token", "gen_ai.latency.time_in_queue", "gen_ai.latency.time_in_model_prefill", "gen_ai.latency.time_in_model_decode", "gen_ai.latency.time_in_model_inference", "gen_ai.latency.e2e", "target_model", "request_prio", "llm_d.epp.scheduling.profile.name", "llm_d.epp.filter.candidate_endpoints", "llm_d.epp.filter.filtered_endpoints", "llm_d.epp.scoring.candidate_endpoints", "llm_d.epp.scorer.count", "llm_d.epp.scorer.type", "llm_d.epp.scorer.name", "llm_d.epp.scorer.weight", "llm_d.epp.scorer.candidate_endpoints", "llm_d.epp.scorer.endpoints_scored", "llm_d.epp.scorer.score.max", "llm_d.epp.scorer.score.avg", "llm_d.epp.picker.candidate_endpoints", "llm_d.epp.picker.top_endpoints", "llm_d.epp.picker.top_scores", "error.type", "http.method", "http.request.method", "http.route", "http.status_code", "http.response.status_code"]
{{- end -}}

{{- /* Whose pod it came from. A pool is named by our label, or by the one of the picker's own chart. */ -}}
{{- define "agent.pods" -}}
k8s_attributes:
  # Records that pass before the pods are known would never learn their gateway.
  wait_for_metadata: true
  wait_for_metadata_timeout: 30s
  extract:
    metadata: [k8s.namespace.name, k8s.pod.name, k8s.pod.uid, k8s.node.name]
    labels:
    - {tag_name: ngf.gateway, key: gateway.networking.k8s.io/gateway-name, from: pod}
    - {tag_name: ngf.inference_pool, key: ngf-console.f5.com/inference-pool, from: pod}
    - {tag_name: ngf.picker, key: inferencepool, from: pod}
  pod_association:
  - sources:
    - {from: resource_attribute, name: k8s.pod.uid}
  - sources:
    - {from: resource_attribute, name: k8s.pod.name}
    - {from: resource_attribute, name: k8s.namespace.name}
  - sources:
    - {from: connection}
transform/pools:
  error_mode: ignore
  {{- range list "log_statements" "trace_statements" }}
  {{ . }}:
  - replace_pattern(resource.attributes["ngf.picker"], "-epp$$", "")
  - set(resource.attributes["ngf.inference_pool"], resource.attributes["ngf.picker"]) where resource.attributes["ngf.inference_pool"] == nil
  - delete_key(resource.attributes, "ngf.picker")
  {{- end }}
{{- end -}}
