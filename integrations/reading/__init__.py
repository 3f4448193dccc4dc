"""Reading documents that people upload: pages, text, what kind it is, what it states, and whose it is.

`files` turns bytes into pages (a PDF's own text, else Tesseract through `ocr` on pictures straightened by `imaging`); `kinds`
classifies by weighted words, `fields` finds the values with their places and how sure they are, `matching` finds whose it is and
`boundaries` where a stack of documents may be cut. Standalone: no database, no clinic. How good it is: `python -m tests.bench reading`.
"""
