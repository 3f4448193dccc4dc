"""The demo vendor: Northwind Billing with six invented clinics, told day by day through the product's own services.

`people`, `clinics` and `providers` say who there is, `files` writes the PDFs, and `papers`, `plans`, `enrollments`, `ar`
and `ehr` say what happened as dated acts; `scripts` puts a clinic's acts together. `story` plays the acts in order with the
clock held at each act's instant, and performs the jobs that an act causes, so history reads as if it had been lived. An act
leaves its mark in the transaction that holds its effects: a load that was cut off goes on where it stopped, and a second
one does nothing. `commands` is `flask --app app demo`.
"""
