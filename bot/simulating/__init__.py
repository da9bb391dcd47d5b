"""A year of outreach in minutes: invented people, a set clock, a platform that fails, a process that is killed.

The ticks, the claims and the conversation are the real ones; the people, the platform and the judge are here. Nothing
here touches a real channel or the installation's own database.
"""
