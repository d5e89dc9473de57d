LRUCacheWorkerLoRAManager = type("LRUCacheWorkerLoRAManager", (), {})
