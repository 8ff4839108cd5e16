"""Alerts: rules over what was measured, the incidents that they open, and who is told of them.

What pages, commands and the API call:

rules.py       all_rules, find_rule, add_rule, change_rule, reset_rule, remove_rule
incidents.py   find_incident, acknowledge, comment, close
silences.py    Hush; add_silence, end_silence
heartbeat.py   set_heartbeat, find_heartbeat, remove_heartbeat, try_heartbeat, send_heartbeat
queries.py     list_incidents, read_incident, list_rules, list_silences, read_heartbeat, standing
trends.py      trends

evaluate.py is called with each look at the whole; outage.py by whoever saw the database away.
"""
