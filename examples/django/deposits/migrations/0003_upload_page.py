from django.db import migrations, models
import django.db.models.deletion
import django.utils.timezone

STEPS = {'sending': 'files', 'transferring': 'arriving', 'describing': 'ready', 'done': 'ready'}


def rename_steps(apps, schema_editor):
    Deposit = apps.get_model('deposits', 'Deposit')
    for old, new in STEPS.items():
        Deposit.objects.filter(step=old).update(step=new)


class Migration(migrations.Migration):

    dependencies = [
        ('deposits', '0002_flow'),
    ]

    operations = [
        migrations.DeleteModel(name='Artifact'),
        migrations.AddField(
            model_name='container',
            name='license',
            field=models.CharField(blank=True, choices=[(None, 'None: all rights reserved'), ('CC-BY-4.0', 'Creative Commons Attribution 4.0'), ('CC0-1.0', 'Creative Commons Zero 1.0 (public domain)'), ('MIT', 'MIT License (for software)')], default='', max_length=20),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='container',
            name='description',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='flow',
            name='taken_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='UploadLink',
            fields=[
                ('id', models.CharField(max_length=36, primary_key=True, serialize=False)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('container', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='upload_links', to='deposits.container')),
            ],
        ),
        migrations.RemoveField(model_name='deposit', name='next_at'),
        migrations.AlterField(
            model_name='deposit',
            name='deposition_id',
            field=models.BigIntegerField(unique=True),
        ),
        migrations.AlterField(
            model_name='deposit',
            name='step',
            field=models.CharField(choices=[('files', 'You are connected to Zenodo. Choose your files now.'), ('arriving', 'Your files are on their way to Zenodo'), ('ready', 'Your files are at Zenodo'), ('consent', 'Zenodo needs your consent again'), ('failed', 'Your files did not reach Zenodo'), ('published', 'Published')], default='files', max_length=20),
        ),
        migrations.RunPython(rename_steps, migrations.RunPython.noop),
        migrations.AddField(
            model_name='deposit',
            name='upload_created_at',
            field=models.CharField(blank=True, default='', max_length=40),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='deposit',
            name='looked_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='deposit',
            name='problems',
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name='deposit',
            name='notes',
            field=models.TextField(blank=True, default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='deposit',
            name='doi',
            field=models.CharField(blank=True, default='', max_length=255),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='deposit',
            name='record_url',
            field=models.URLField(blank=True, default='', max_length=500),
            preserve_default=False,
        ),
    ]
