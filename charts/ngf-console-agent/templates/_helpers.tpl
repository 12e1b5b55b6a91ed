{{- define "agent.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* Called with (dict "root" $ "component" NAME), like those below. */ -}}
{{- define "agent.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "agent.labels" -}}
{{ include "agent.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: ngf-console
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{- define "agent.clusterMetadata" -}}
name: {{ include "agent.fullname" .root }}-{{ .component }}
labels:
  {{- include "agent.labels" . | nindent 2 }}
{{- end -}}

{{- define "agent.metadata" -}}
{{ include "agent.clusterMetadata" . }}
namespace: {{ .root.Release.Namespace | quote }}
{{- end -}}

{{- /* Pods of one component, as the programs look for them. */ -}}
{{- define "agent.selectorText" -}}
app.kubernetes.io/instance={{ .root.Release.Name }},app.kubernetes.io/component={{ .component }}
{{- end -}}

{{- define "agent.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "agent.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "agent.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "agent.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* How the forwarder says who it is: with its token, or with name and token where a collector asks. */ -}}
{{- define "agent.hubAuthenticator" -}}
{{ ternary "basicauth/hub" "bearertokenauth/hub" (eq .Values.hub.otelAuth "basic") }}
{{- end -}}

{{- /* How the hub is trusted and convinced. Directories, not files, so that changes arrive. */ -}}
{{- define "agent.hubMounts" -}}
- {name: hub-token, mountPath: /var/run/secrets/ngf-console, readOnly: true}
{{- if .Values.hub.ca.configMap }}
- {name: hub-ca, mountPath: /etc/ngf-console/hub-ca, readOnly: true}
{{- end }}
{{- end -}}

{{- define "agent.hubVolumes" -}}
- name: hub-token
  secret:
    secretName: {{ .Values.hub.tokenSecret.name | quote }}
    defaultMode: 0440
    items:
    - {key: {{ .Values.hub.tokenSecret.key | quote }}, path: token}
{{- if .Values.hub.ca.configMap }}
- name: hub-ca
  configMap:
    name: {{ .Values.hub.ca.configMap | quote }}
    items:
    - {key: {{ .Values.hub.ca.key | quote }}, path: ca.crt}
{{- end }}
{{- end -}}
