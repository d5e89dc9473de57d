"""The back ends: `transformers`, `vllm`, `server`. Each imports its library when it is made."""
