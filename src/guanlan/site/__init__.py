"""Settings, addresses, the shell around every page, set-up and sign-in."""
