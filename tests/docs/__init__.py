"""What README and docs tell people to type, typed: `python -m tests.docs.listing` prints what is run and what isn't.

`blocks` and `shell` read the pages; `scenes` give each page a folder with what its commands name; `run` types the
commands there, in order; `parsed` asks the real parser about those that `not_run.yaml` lists.
"""
