{{/*
A process without a port shows that it lives by touching its beat file in every round of its loop. Reading a file's age
costs nothing; starting a Python process for each probe would cost more than the process it watches.
*/}}
{{- define "anxin.beatProbes" -}}
startupProbe:
  exec:
    command: [test, -e, /var/lib/anxin/run/{{ .component }}.beat]
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  exec:
    command: [sh, -c, 'find /var/lib/anxin/run/{{ .component }}.beat -mmin -{{ .minutes }} | grep -q .']
  periodSeconds: 30
  timeoutSeconds: 5
  failureThreshold: 2
{{- end -}}
