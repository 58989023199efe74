"""Answers of an audit's URLs, a module per noun: access, form, service verb, answer. Only this package knows about htmx."""
