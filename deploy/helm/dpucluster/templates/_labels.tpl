{{- /* What the Deployment finds its pods by; can never be changed. */ -}}
{{- define "dpucluster.selector" -}}
app.kubernetes.io/name: dpucluster
app.kubernetes.io/component: operator
{{- end -}}

{{- define "dpucluster.labels" -}}
{{ include "dpucluster.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end -}}

{{- define "dpucluster.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
