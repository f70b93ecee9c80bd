"""What would one otherwise write or take?  Each file is one honest, short way; run as `python -m bench.contenders.NAME`."""
