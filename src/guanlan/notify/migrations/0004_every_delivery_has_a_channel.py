import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('notify', '0003_mail_is_a_channel')]

    operations = [
        migrations.AlterField('delivery', 'channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='notify.channel')),
        migrations.AlterField('delivery', 'once', models.CharField(max_length=200, unique=True)),
        migrations.RemoveField('delivery', 'kind'),
    ]
