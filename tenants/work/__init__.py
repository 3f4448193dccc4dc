"""Long work as people see it: the progress of a job, and the dead-letter list of what needs a person."""
