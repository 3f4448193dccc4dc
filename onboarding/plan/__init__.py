"""The plan of a clinic: tasks, gates, and when the clinic will be live.

`template.yaml` is the plan that everybody starts from, `template.py` reads and checks it. `states.py` knows
the steps of a task, `rules/` makes a dated plan out of the template, forecasts it, and knows which evidence
and which event finishes a task. A gate is reached when every task up to it is verified or skipped; what takes
payers weeks (gates after go-live) never moves go-live.
"""
