"""What may be done here; who may is in people.permissions."""

MANAGE_CHANNELS = "notify.manage_channels"
RECORD_CALL = "notify.record_call"
SETTLE_DELIVERY = "notify.settle_delivery"
