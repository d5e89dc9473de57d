LoRAModel = type("LoRAModel", (), {})
