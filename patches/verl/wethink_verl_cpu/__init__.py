"""What verl 0.9.1 lacks to train on a CPU, applied at run time and from outside.

Importing this package does nothing. verl itself imports `wethink_verl_cpu.plugin`, which acts only under
VERL_PLATFORM=cpu and only on a verl it knows (`versions.KNOWN`).
"""
