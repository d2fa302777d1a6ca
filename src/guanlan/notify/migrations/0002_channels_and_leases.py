import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import guanlan.clocks.models

RETENTION = [('RECORD', '处置记录'), ('EVIDENCE', '证据'), ('PERSONAL', '个人信息'), ('WORKING', '工作数据')]


def row(retention='RECORD'):
    return [
        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
        ('key', models.CharField(default=guanlan.clocks.models.new_key, editable=False, max_length=12, unique=True)),
        ('changed_seq', models.BigIntegerField(default=0)),
        ('retention', models.CharField(choices=RETENTION, default=retention, max_length=8)),
    ]


class Migration(migrations.Migration):

    dependencies = [
        ('clocks', '0001_initial'),
        ('notify', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Channel',
            fields=[
                *row(),
                ('kind', models.CharField(choices=[('MAIL', '邮件'), ('WECOM', '企业微信群机器人'), ('DINGTALK', '钉钉群机器人'), ('FEISHU', '飞书群机器人'), ('WEBHOOK', '短信或语音网关')], max_length=8)),
                ('name', models.CharField(max_length=40)),
                ('sealed', models.TextField(blank=True)),
                ('calls', models.JSONField(default=list)),
                ('rests_until', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'MAIL')), fields=('kind',), name='notify_one_mail_channel')],
            },
        ),
        migrations.CreateModel(
            name='Way',
            fields=[
                *row('WORKING'),
                ('urgency', models.CharField(choices=[('URGENT', '紧急'), ('NORMAL', '普通')], max_length=6)),
                ('place', models.PositiveSmallIntegerField()),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ways', to='notify.channel')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ways', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('place',),
                'constraints': [models.UniqueConstraint(fields=('person', 'urgency', 'channel'), name='notify_way_once')],
            },
        ),
        migrations.CreateModel(
            name='Unheard',
            fields=[
                *row(),
                ('at', models.DateTimeField()),
                ('told', models.PositiveSmallIntegerField()),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='unheard', to='notify.message')),
                ('stream', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clocks.stream')),
            ],
            options={'abstract': False},
        ),
        migrations.AddField('message', 'look_at', models.DateTimeField(blank=True, db_index=True, null=True)),
        migrations.AddIndex('message', models.Index(fields=['cause'], name='notify_message_cause')),
        migrations.RemoveConstraint('delivery', 'notify_one_delivery_per_channel'),
        migrations.RenameField('delivery', 'channel', 'kind'),
        migrations.AddField('delivery', 'channel', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='notify.channel')),
        migrations.AddField('delivery', 'once', models.CharField(max_length=200, null=True)),
        migrations.AddField('delivery', 'round', models.PositiveSmallIntegerField(default=1)),
        migrations.AddField('delivery', 'may_repeat', models.BooleanField(default=False)),
        migrations.AddField('delivery', 'urgent', models.BooleanField(default=False)),
        migrations.AddField('delivery', 'lease_until', models.DateTimeField(blank=True, null=True)),
        migrations.AddField('delivery', 'settled_at', models.DateTimeField(blank=True, null=True)),
        migrations.AlterField('delivery', 'state', models.CharField(choices=[('WAITING', '待发'), ('SENDING', '发送中'), ('SENT', '已发'), ('FAILED', '失败'), ('UNKNOWN', '不明')], default='WAITING', max_length=8)),
        migrations.AddIndex('delivery', models.Index(fields=['state', '-urgent', 'next_at', 'id'], name='notify_delivery_turn')),
    ]
