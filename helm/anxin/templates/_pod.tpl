{{/*
What every pod of Anxin shares: no root, no write access, no service account token, no secret in plain sight.
The templates below take a dict: root (the chart's own context), component (its name), own (its values).
*/}}

{{- define "anxin.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .Values.podSecurity.user }}
  runAsGroup: {{ .Values.podSecurity.user }}
  fsGroup: {{ .Values.podSecurity.user }}
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "anxin.container" -}}
image: {{ include "anxin.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{/* The settings as plain variables. The ConfigMap and the migration job (which runs before it exists) share this. */}}
{{- define "anxin.settings" -}}
{{- $s := .Values.settings -}}
ANXIN_DATA: /var/lib/anxin
ANXIN_HOST: "0.0.0.0"
ANXIN_PORT: "8000"
ANXIN_MASTER_KEY_FILE: /run/secrets/anxin/master
ANXIN_AUDIT_KEY_FILE: /run/secrets/anxin/audit
ANXIN_PUBLIC_URL: {{ $s.publicUrl | quote }}
ANXIN_MAIL_FROM: {{ $s.mailFrom | quote }}
ANXIN_WEB_WORKERS: {{ $s.webWorkers | quote }}
ANXIN_BLOCKING_THREADS: {{ $s.blockingThreads | quote }}
ANXIN_POOL_SIZE: {{ $s.poolSize | quote }}
ANXIN_PLUGINS: {{ join "," $s.plugins | quote }}
ANXIN_OUTBOUND_ALLOW: {{ join "," $s.outboundAllow | quote }}
ANXIN_TRUSTED_PROXIES: {{ join "," $s.trustedProxies | quote }}
ANXIN_LOG_LEVEL: {{ $s.logLevel | quote }}
{{- end -}}

{{/* One variable read from a Secret that the operator made. Takes: name, secret, key. */}}
{{- define "anxin.secretEnv" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret | quote }}
      key: {{ .key | quote }}
{{- end -}}

{{/* Connections of every process. The owner's connection is deliberately not here: see migrate.yaml. */}}
{{- define "anxin.connections" -}}
{{- with .Values.database }}
{{ include "anxin.secretEnv" (dict "name" "ANXIN_APP_DATABASE_URL" "secret" .secret "key" .keys.app) }}
{{ include "anxin.secretEnv" (dict "name" "ANXIN_AUTH_DATABASE_URL" "secret" .secret "key" .keys.auth) }}
{{- end }}
{{ include "anxin.secretEnv" (dict "name" "REDIS_URL" "secret" .Values.redis.secret "key" .Values.redis.key) }}
{{- with .Values.sms }}
{{- if .secret }}
{{ include "anxin.secretEnv" (dict "name" "ANXIN_SMS_URL" "secret" .secret "key" .url) }}
{{ include "anxin.secretEnv" (dict "name" "ANXIN_SMS_TOKEN" "secret" .secret "key" .token) }}
{{- end }}
{{- end }}
{{- with .Values.mail }}
{{- if .secret }}
{{ include "anxin.secretEnv" (dict "name" "ANXIN_SMTP_URL" "secret" .secret "key" .key) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "anxin.volumeMounts" -}}
- name: keys
  mountPath: /run/secrets/anxin
  readOnly: true
- name: data
  mountPath: /var/lib/anxin
- name: tmp
  mountPath: /tmp
{{- end -}}

{{/* The keys come as files: unlike variables they appear in no crash report and in no child's environment. */}}
{{- define "anxin.keysVolume" -}}
- name: keys
  secret:
    secretName: {{ .Values.keys.secret | quote }}
    defaultMode: 0440
    items:
      - key: {{ .Values.keys.master | quote }}
        path: master
      - key: {{ .Values.keys.audit | quote }}
        path: audit
{{- end -}}

{{- define "anxin.scratchVolume" -}}
- name: {{ .name }}
  emptyDir:
    sizeLimit: {{ .size }}
{{- end -}}

{{- define "anxin.placement" -}}
{{- with .own.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "anxin.selectorLabels" $.root | nindent 8 }}
        app.kubernetes.io/component: {{ $.component }}
  {{- end }}
{{- end -}}
