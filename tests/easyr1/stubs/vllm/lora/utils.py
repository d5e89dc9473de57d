get_adapter_absolute_path = str
