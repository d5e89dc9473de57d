"""The pictures of the docs, each made by a module of its own; `table` lists them."""
