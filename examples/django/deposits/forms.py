from django import forms

from .models import Container


class ContainerForm(forms.ModelForm):
    class Meta:
        model = Container
        fields = ["title"]


class DescriptionForm(forms.ModelForm):
    class Meta:
        model = Container
        fields = ["title", "description", "license"]
        labels = {"license": "Licence"}
        help_texts = {"license": "Under which others may use your files."}
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}
