{{- /* Whom the forwarder asks for metrics, in Prometheus' words. */ -}}
{{- define "agent.scrape" -}}
{{- $scrape := .Values.otel.scrape -}}
global:
  scrape_interval: {{ $scrape.intervalSeconds }}s
  scrape_timeout: {{ min $scrape.intervalSeconds 10 }}s
scrape_configs:
- job_name: model-servers
  body_size_limit: 32MB
  kubernetes_sd_configs: [{role: pod}]
  relabel_configs:
  {{- include "agent.running" . | nindent 2 }}
  # Pods that a pool, or the engine's own label, names; and where asked for, those that Prometheus scrapes.
  - action: keep
    source_labels:
    - __meta_kubernetes_pod_labelpresent_ngf_console_f5_com_inference_pool
    - __meta_kubernetes_pod_labelpresent_llm_d_ai_engine_type
    {{- if $scrape.annotatedPods }}
    - __meta_kubernetes_pod_annotation_prometheus_io_scrape
    {{- end }}
    regex: .*true.*
  # The port that the pod names, else one of those where engines have their metrics.
  - action: keep
    source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_port, __meta_kubernetes_pod_container_port_number]
    regex: \d+;.*|;({{ join "|" $scrape.modelServerPorts }})
  - source_labels: [__meta_kubernetes_pod_ip, __meta_kubernetes_pod_annotation_prometheus_io_port]
    separator: ":"
    regex: (.+:\d+)
    target_label: __address__
  {{- include "agent.annotated" . | nindent 2 }}
  {{- include "agent.ofPod" . | nindent 2 }}
  - source_labels: [__meta_kubernetes_pod_label_ngf_console_f5_com_inference_pool]
    target_label: pool
  {{- include "agent.only" "(vllm:|sglang:|nv_|tgi_).*" | nindent 2 }}
- job_name: pickers
  # Labels of the picker stay as they are: namespace is that of the endpoint where it names one.
  honor_labels: true
  body_size_limit: 32MB
  authorization:
    credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token
  kubernetes_sd_configs: [{role: pod}]
  relabel_configs:
  {{- include "agent.running" . | nindent 2 }}
  - action: keep
    source_labels: [__meta_kubernetes_pod_container_name, __meta_kubernetes_pod_container_port_number]
    regex: epp;9090
  {{- include "agent.ofPod" . | nindent 2 }}
  - source_labels: [__meta_kubernetes_pod_label_inferencepool]
    regex: (.+)-epp
    target_label: pool
  - source_labels: [__meta_kubernetes_pod_label_ngf_console_f5_com_inference_pool]
    regex: (.+)
    target_label: pool
  {{- include "agent.only" "(llm_d_epp_|inference_objective_|inference_pool_|inference_extension_).*" | nindent 2 }}
- job_name: gpus
  # The exporter says whose pod has a GPU; its own pod is not told.
  honor_labels: true
  kubernetes_sd_configs: [{role: pod}]
  relabel_configs:
  {{- include "agent.running" . | nindent 2 }}
  - action: keep
    source_labels:
    - __meta_kubernetes_pod_container_port_number
    - __meta_kubernetes_pod_label_app
    - __meta_kubernetes_pod_label_app_kubernetes_io_name
    regex: 9400;.*dcgm-exporter.*
  - source_labels: [__meta_kubernetes_pod_node_name]
    target_label: node
  {{- include "agent.only" "DCGM_FI_.*" | nindent 2 }}
- job_name: gateways
  kubernetes_sd_configs: [{role: pod}]
  relabel_configs:
  {{- include "agent.running" . | nindent 2 }}
  - action: keep
    source_labels:
    - __meta_kubernetes_pod_labelpresent_gateway_networking_k8s_io_gateway_name
    - __meta_kubernetes_pod_container_port_number
    regex: true;9113
  {{- include "agent.annotated" . | nindent 2 }}
  {{- include "agent.ofPod" . | nindent 2 }}
  - source_labels: [__meta_kubernetes_pod_label_gateway_networking_k8s_io_gateway_name]
    target_label: gateway
  {{- include "agent.only" "nginx_.*" | nindent 2 }}
- job_name: gateway-fabric
  kubernetes_sd_configs: [{role: pod}]
  relabel_configs:
  {{- include "agent.running" . | nindent 2 }}
  - action: keep
    source_labels: [__meta_kubernetes_pod_container_name, __meta_kubernetes_pod_container_port_number]
    regex: nginx-gateway;9113
  {{- include "agent.annotated" . | nindent 2 }}
  {{- include "agent.ofPod" . | nindent 2 }}
  {{- include "agent.only" "nginx_gateway_fabric_.*" | nindent 2 }}
{{- end -}}

{{- define "agent.running" -}}
- action: keep
  source_labels: [__meta_kubernetes_pod_phase, __meta_kubernetes_pod_container_init]
  regex: Running;false
{{- end -}}

{{- define "agent.annotated" -}}
- source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_path]
  regex: (.+)
  target_label: __metrics_path__
- source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scheme]
  regex: (https?)
  target_label: __scheme__
{{- end -}}

{{- define "agent.ofPod" -}}
- source_labels: [__meta_kubernetes_namespace]
  target_label: namespace
- source_labels: [__meta_kubernetes_pod_name]
  target_label: pod
- source_labels: [__meta_kubernetes_pod_node_name]
  target_label: node
{{- end -}}

{{- define "agent.only" -}}
metric_relabel_configs:
- action: keep
  source_labels: [__name__]
  regex: {{ . | quote }}
{{- end -}}
