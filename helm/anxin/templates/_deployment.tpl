{{/*
One process of Anxin as a Deployment. Takes a dict:
  root       the chart's context
  component  web, worker, relay or scheduler: also the command
  own        the component's values (replicas, resources, nodeSelector, tolerations)
  single     true: exactly one at a time, so the old one stops before the new one starts
  scaled     true: an autoscaler owns the number of replicas
  grace      seconds to finish what is running
  probes     YAML text of the container's ports, probes and life cycle
  data       YAML text of the volume "data"
*/}}
{{- define "anxin.deployment" -}}
{{- $name := printf "%s-%s" (include "anxin.fullname" .root) .component -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels:
    {{- include "anxin.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
spec:
  {{- if .single }}
  replicas: 1
  strategy:
    type: Recreate
  {{- else }}
  {{- if not .scaled }}
  replicas: {{ .own.replicas }}
  {{- end }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  {{- end }}
  selector:
    matchLabels:
      {{- include "anxin.selectorLabels" .root | nindent 6 }}
      app.kubernetes.io/component: {{ .component }}
  template:
    metadata:
      labels:
        {{- include "anxin.labels" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .component }}
      annotations:
        checksum/settings: {{ include "anxin.settings" .root | sha256sum }}
    spec:
      serviceAccountName: {{ include "anxin.serviceAccountName" .root }}
      {{- include "anxin.podSecurity" .root | nindent 6 }}
      terminationGracePeriodSeconds: {{ .grace }}
      {{- include "anxin.placement" . | trim | nindent 6 }}
      containers:
        - name: {{ .component }}
          {{- include "anxin.container" .root | nindent 10 }}
          args: [{{ .component }}]
          envFrom:
            - configMapRef:
                name: {{ include "anxin.fullname" .root }}
          env:
            {{- include "anxin.connections" .root | trim | nindent 12 }}
          {{- .probes | nindent 10 }}
          resources:
            {{- toYaml .own.resources | nindent 12 }}
          volumeMounts:
            {{- include "anxin.volumeMounts" .root | nindent 12 }}
      volumes:
        {{- include "anxin.keysVolume" .root | nindent 8 }}
        {{- .data | nindent 8 }}
        {{- include "anxin.scratchVolume" (dict "name" "tmp" "size" "256Mi") | nindent 8 }}
{{- end -}}
