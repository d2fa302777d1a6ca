from django.db import migrations


def give_mail(apps, _schema):
    """Every delivery so far went by mail; what was being sent is held until its old time."""
    Channel = apps.get_model('notify', 'Channel')
    Delivery = apps.get_model('notify', 'Delivery')
    first = Delivery.objects.order_by('pk').first()
    if first is None:
        return
    mail = Channel.objects.create(kind='MAIL', name='邮件', created_at=first.next_at)
    for delivery in Delivery.objects.select_related('message').iterator():
        delivery.channel = mail
        delivery.once = f'{delivery.message.once}|{mail.key}|1'
        delivery.urgent = delivery.message.urgency == 'URGENT'
        delivery.lease_until = delivery.next_at if delivery.state == 'SENDING' else None
        delivery.save(update_fields=['channel', 'once', 'urgent', 'lease_until'])


class Migration(migrations.Migration):

    dependencies = [('notify', '0002_channels_and_leases')]

    operations = [migrations.RunPython(give_mail, migrations.RunPython.noop)]
