"""Reading what people upload: a job reads every file after its scan, and a person confirms or corrects in one screen.

The machine's answer (kind, fields with their places, whose it is, which requirement it meets) is kept beside what the person said.
Nothing is accepted by itself unless the clinic switched that on and the whole reading is above its threshold. The reading itself is
`integrations/reading`; page pictures lie in the object store and go to the browser by presigned requests.
"""
