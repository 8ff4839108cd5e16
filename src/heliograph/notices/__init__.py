"""Notices: raised in rows, routed by subscriptions, delivered to channels.

What pages, commands and the API call:

channel.py        add_channel, try_channel, enable_channel, disable_channel, remove_channel, find_channel
subscription.py   Wish; add_, change_, find_, pause_, remove_subscription; preview;
                  forget_audience, hush_audience
replay.py         Chosen; replay, replay_delivery
queries.py        list_channels, list_notices
log.py            Shown; list_sendings, read_sending, given_up
topics.py         TOPICS: what there is to ask for, and which filters look at what

Audiences are opaque: "person:7", "team:3", or empty for the installation. Verbs that take `audiences` see
what belongs to one of them; None sees all.
"""
