{% extends "employee.html" %}
{% from "ui.html" import page_head, card, error_summary, textarea, button, privacy, empty %}
{% block title %}{{ _("Plugtitle") }}{% endblock %}
{% block main %}
<div class="stack-l">
{{ error_summary(errors) }}
{{ page_head(_("Plugtitle"), focus=not errors) }}
<form class="stack" method="post" action="{{ url_for('plugname.write') }}">
{{ textarea("text", _("What do you want to keep?"), text, errors=errors, required=true, attrs={"maxlength": 500}) }}
{{ button(_("Keep it")) }}
{{ privacy(_("Only you read it")) }}
</form>
{% for thing in things %}
{% call card(flat=true) %}
<p>{{ thing.text }}</p>
<p class="small muted">{{ thing.made_at|moment }}</p>
<form method="post" action="{{ url_for('plugname.remove', thing=thing.id) }}">{{ button(_("Delete this one"), kind="quiet", small=true) }}</form>
{% endcall %}
{% else %}
{{ empty(_("Nothing here yet")) }}
{% endfor %}
</div>
{% endblock %}
