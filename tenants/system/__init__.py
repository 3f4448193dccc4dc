"""What this deployment is and can do: which services answer, and what the object store really offers."""
