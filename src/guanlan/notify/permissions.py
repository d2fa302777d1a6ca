"""What may be done here; who may is in people.permissions."""

MANAGE_CHANNELS = "notify.manage_channels"
SETTLE_DELIVERY = "notify.settle_delivery"
