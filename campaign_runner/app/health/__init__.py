"""Is all well?  What doctor, the page of health and /readyz ask of machine, ledger, services and Tango."""
