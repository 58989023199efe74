import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0009_changes_by_id'),
    ]

    operations = [
        migrations.AddField(
            model_name='audit',
            name='is_scanned',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name='Scan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=500)),
                ('path', models.CharField(max_length=500)),
                ('line', models.PositiveIntegerField(default=0)),
                ('at', models.DateTimeField(null=True)),
                ('once', models.CharField(max_length=64, null=True, unique=True)),
                ('audit', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='scan', to='audits.audit')),
            ],
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('files', models.JSONField(default=dict)),
                ('audit', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='source', to='audits.audit')),
            ],
        ),
        migrations.CreateModel(
            name='Suggestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.SlugField(max_length=60)),
                ('rule', models.CharField(max_length=60)),
                ('kind', models.CharField(max_length=30)),
                ('suggests', models.CharField(blank=True, max_length=4)),
                ('text', models.TextField(blank=True)),
                ('evidence', models.JSONField(default=list)),
                ('is_dismissed', models.BooleanField(default=False)),
                ('accepted', models.JSONField(null=True)),
                ('audit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='suggestions', to='audits.audit')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('audit', 'item'), name='suggestion_once_per_item')],
            },
        ),
    ]
