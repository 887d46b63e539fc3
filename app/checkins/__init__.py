"""Gates, devices, scans, attendance."""
