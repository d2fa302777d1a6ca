"""What may be done here; who may is in people.permissions."""

MANAGE_WATCHES = "watch.manage_watches"
CONFIRM_LEVEL = "watch.confirm_level"
DISMISS_EVENT = "watch.dismiss_event"
CORRECT_POST = "watch.correct_post"
MANAGE_MODELS = "watch.manage_models"
SETTLE_ALARM = "watch.settle_alarm"
ASSESS_EVENT = "watch.assess_event"
