"""What operations see: figures, alerts, traces, findings of doctor."""
