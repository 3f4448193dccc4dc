"""The processes behind the outbox: the relay hands due rows to RQ, workers perform them, one scheduler turns due schedules into rows.

`perform(outbox_id)` is the only function that RQ may call here. It finds the row's clinic, takes the row's lease and runs the
declared handler; `Work` is what the handler gets: progress, units of work under the lease, and `finish()`.
"""
