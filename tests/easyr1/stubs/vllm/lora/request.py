LoRARequest = type("LoRARequest", (), {})
