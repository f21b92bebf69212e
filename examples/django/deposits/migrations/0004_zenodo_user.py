from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deposits", "0003_upload_page")]

    operations = [
        migrations.AddField(
            model_name="deposit",
            name="zenodo_user_id",
            field=models.CharField(blank=True, default="", max_length=255),
            preserve_default=False,
        ),
    ]
