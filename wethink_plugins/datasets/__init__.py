"""WeThink rows from files: loaded, repaired, validated, and exported to what each trainer reads."""
