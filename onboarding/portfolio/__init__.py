"""The pages that people start from: the portfolio over all clinics of a person, and the home of one clinic.

The portfolio reads only rollup rows. A plan writes its part of the row in its own transaction; counts of panels and money at
risk are added here by a job, whenever an enrollment, the hold list, an AR import, a document or the clinic itself has changed.
"""
