"""Changes of whole deployments: what to edit, what to make anew, what a person has to do and in which order.

A module an action; each has ``make(request) -> Change`` and touches nothing: the shells show a change or carry it out.
"""
