{{- /* The options of the console, as docs/settings.md names them. */ -}}
{{- define "console.environment" -}}
{{- $default := .Values.defaultCluster | default (ternary .Values.localCluster.name "" .Values.localCluster.enabled) -}}
- {name: NGF_CONSOLE_BIND, value: 0.0.0.0}
- {name: NGF_CONSOLE_PORT, value: "8050"}
- {name: NGF_CONSOLE_DATA, value: /var/lib/ngf-console}
- {name: NGF_CONSOLE_PUBLIC_URL, value: {{ .Values.publicUrl | quote }}}
- {name: NGF_CONSOLE_MULTICLUSTER, value: "true"}
- {name: NGF_CONSOLE_MULTICLUSTER_NAMESPACE, value: {{ .Release.Namespace | quote }}}
{{- with $default }}
- {name: NGF_CONSOLE_MULTICLUSTER_DEFAULT, value: {{ . | quote }}}
{{- end }}
{{- with .Values.otelUrl }}
- {name: NGF_CONSOLE_OTEL_URL, value: {{ . | quote }}}
- {name: NGF_CONSOLE_OTEL_AUTH, value: {{ ternary "basic" "bearer" $.Values.collector.enabled }}}
{{- end }}
{{- with .Values.agentChart }}
- {name: NGF_CONSOLE_AGENT_CHART, value: {{ . | quote }}}
{{- end }}
- {name: NGF_CONSOLE_AUTH, value: {{ .Values.auth.mode }}}
{{- if eq .Values.auth.mode "oidc" }}
{{- with .Values.auth.oidc }}
- {name: NGF_CONSOLE_OIDC_ISSUER, value: {{ .issuer | quote }}}
- {name: NGF_CONSOLE_OIDC_CLIENT_ID, value: {{ .clientId | quote }}}
- {name: NGF_CONSOLE_OIDC_AUDIENCE, value: {{ .audience | quote }}}
- {name: NGF_CONSOLE_OIDC_ROLE_CLAIM, value: {{ .roleClaim | quote }}}
- {name: NGF_CONSOLE_OIDC_ROLE_MAPPING, value: {{ .roleMapping | toJson | quote }}}
{{- if .clientSecret.name }}
{{ include "console.secretVariable" (dict "variable" "NGF_CONSOLE_OIDC_CLIENT_SECRET" "secret" .clientSecret) }}
{{- end }}
{{- end }}
{{- end }}
{{- if .Values.secretKey.name }}
{{ include "console.secretVariable" (dict "variable" "NGF_CONSOLE_SECRET_KEY" "secret" .Values.secretKey) }}
{{- end }}
{{- if .Values.database.postgresql.urlSecret.name }}
{{ include "console.secretVariable" (dict "variable" "NGF_CONSOLE_CONFIG_DB" "secret" .Values.database.postgresql.urlSecret) }}
{{- end }}
{{- if .Values.clickhouse.enabled }}
{{ include "console.secretVariable" (dict "variable" "CLICKHOUSE_PASSWORD" "secret" .Values.clickhouse.passwordSecret) }}
- {name: NGF_CONSOLE_CLICKHOUSE_URL, value: "http://console:$(CLICKHOUSE_PASSWORD)@{{ include "console.fullname" . }}-clickhouse:8123"}
{{- else if .Values.clickhouse.urlSecret.name }}
{{ include "console.secretVariable" (dict "variable" "NGF_CONSOLE_CLICKHOUSE_URL" "secret" .Values.clickhouse.urlSecret) }}
- {name: NGF_CONSOLE_CLICKHOUSE_DATABASE, value: {{ .Values.clickhouse.database | quote }}}
- {name: NGF_CONSOLE_CLICKHOUSE_CLUSTER, value: {{ .Values.clickhouse.cluster | quote }}}
{{- end }}
{{- with .Values.settings }}
- {name: NGF_CONSOLE_LOG_LEVEL, value: {{ .logLevel }}}
- {name: NGF_CONSOLE_THREADS, value: {{ .threads | quote }}}
- {name: NGF_CONSOLE_SPOOL_MIB, value: {{ .spoolMiB | quote }}}
- {name: NGF_CONSOLE_STORE_MEMORY_MIB, value: {{ .storeMemoryMiB | quote }}}
- {name: NGF_CONSOLE_PROMETHEUS_URL, value: {{ .prometheusUrl | quote }}}
- {name: NGF_CONSOLE_CORS_ALLOWED_ORIGINS, value: {{ join "," .corsAllowedOrigins | quote }}}
- {name: NGF_CONSOLE_EMBED_ORIGINS, value: {{ join "," .embedOrigins | quote }}}
- {name: NGF_CONSOLE_PROMETHEUS_CLUSTER_LABEL, value: {{ .prometheusClusterLabel | quote }}}
- {name: NGF_CONSOLE_GRAFANA_URL, value: {{ .grafanaUrl | quote }}}
- {name: NGF_CONSOLE_BENCHMARK_HOSTS, value: {{ join "," .benchmarkHosts | quote }}}
{{- end }}
{{- range $what, $days := .Values.keepDays }}
- {name: NGF_CONSOLE_KEEP_{{ upper $what }}_DAYS, value: {{ $days | quote }}}
{{- end }}
{{- if .Values.gpuPrices }}
- {name: NGF_CONSOLE_GPU_PRICES, value: /etc/ngf-console/prices.yaml}
{{- end }}
{{- end -}}

{{- define "console.podTemplate" -}}
{{- $it := dict "root" $ "component" "console" -}}
metadata:
  labels:
    {{- include "console.labels" $it | nindent 4 }}
  {{- with .Values.gpuPrices }}
  annotations:
    checksum/prices: {{ toYaml . | sha256sum }}
  {{- end }}
spec:
  serviceAccountName: {{ include "console.fullname" . }}
  automountServiceAccountToken: true
  # Variables that Kubernetes makes of a Service named ngf-console would be taken for options.
  enableServiceLinks: false
  terminationGracePeriodSeconds: 30
  {{- include "console.placement" . | nindent 2 }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "console.selector" $it | nindent 8 }}
  securityContext:
    {{- include "console.podSecurity" (dict "root" $ "uid" 65532) | nindent 4 }}
  containers:
  - name: console
    image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    env:
    {{- include "console.environment" . | nindent 4 }}
    ports:
    - {name: http, containerPort: 8050}
    startupProbe:
      httpGet: {path: /api/v1/livez, port: http}
      periodSeconds: 2
      failureThreshold: 60
    livenessProbe:
      httpGet: {path: /api/v1/livez, port: http}
      periodSeconds: 20
      timeoutSeconds: 5
    readinessProbe:
      httpGet: {path: /api/v1/readyz, port: http}
      timeoutSeconds: 5
    resources:
      {{- toYaml .Values.resources | nindent 6 }}
    securityContext:
      {{- include "console.containerSecurity" . | nindent 6 }}
    volumeMounts:
    - {name: data, mountPath: /var/lib/ngf-console}
    - {name: tmp, mountPath: /tmp}
    {{- if .Values.gpuPrices }}
    - {name: prices, mountPath: /etc/ngf-console, readOnly: true}
    {{- end }}
  volumes:
  - name: tmp
    emptyDir: {sizeLimit: 256Mi}
  {{- if .Values.gpuPrices }}
  - name: prices
    configMap: {name: {{ include "console.fullname" . }}-prices}
  {{- end }}
{{- end -}}
