"""Writing a plan's draft on screen: every form is drawn from the shape of `plan.document`."""
