lock:
	.venv/bin/uv pip compile
