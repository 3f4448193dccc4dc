"""What tests share: the services of a run, worlds of clinics and people, and clients that check what they get."""
