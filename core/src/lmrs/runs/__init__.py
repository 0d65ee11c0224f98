"""What a run leaves on disk: its folder, checkpoints and artifacts. Safetensors and JSON only, never pickle."""
