"""What `wethink recipe` shows and runs: recipes from `recipes/`, and the variants that `recipes/variants.yaml` lists."""
