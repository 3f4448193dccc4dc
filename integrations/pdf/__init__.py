"""PDF files in and out, each room by itself: no clinic, no database, no network.

`typeset` makes tagged PDFs from a template of ours and plain data, `signing` seals a PDF so that any later change shows,
`forms` reads and fills fillable forms, `assembly` joins PDFs and pictures into one file with an index and bookmarks,
`reading` gets text, boxes and page pictures out of what somebody uploaded. Import the room that you need: each pulls in
a library of some size, and a web process should load only those that it uses.
"""
