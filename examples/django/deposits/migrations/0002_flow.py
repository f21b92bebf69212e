from django.db import migrations, models
import django.db.models.deletion
import django.utils.timezone


class Migration(migrations.Migration):

    dependencies = [
        ('deposits', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Flow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=255, unique=True)),
                ('step', models.CharField(choices=[('begun', 'The user is at Zenodo'), ('taken', 'The response is being processed'), ('granted', 'The user gave consent'), ('ended', 'It has ended')], default='begun', max_length=20)),
                ('begun_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('container', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='flows', to='deposits.container')),
            ],
        ),
    ]
