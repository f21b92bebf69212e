import time
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Container(models.Model):
    """What a user wants to publish on Zenodo. Its files are never stored here."""

    class License(models.TextChoices):
        CC_BY = "CC-BY-4.0", "Creative Commons Attribution 4.0"
        CC0 = "CC0-1.0", "Creative Commons Zero 1.0 (public domain)"
        MIT = "MIT", "MIT License (for software)"
        __empty__ = "None: all rights reserved"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    # Empty until the user chooses: no rights are given away by default.
    license = models.CharField(max_length=20, choices=License.choices, blank=True)

    def metadata(self):
        name = {"first_name": self.owner.first_name, "last_name": self.owner.last_name or self.owner.username}
        described = {
            "title": self.title,
            "description": self.description,
            "contributors": [{**name, "role": "Author"}],
            "metadata": {"upload_type": "dataset"},
        }
        return {**described, "license": self.license} if self.license else described


class Flow(models.Model):
    """
    A request for consent that a user began, identified by its `state`. Several can run at once, in several tabs. They are rows and
    not entries of the session, because two requests of one session overwrite each other's entries.
    """

    class Step(models.TextChoices):
        BEGUN = "begun", "The user is at Zenodo"
        TAKEN = "taken", "The response is being processed"
        GRANTED = "granted", "The user gave consent"
        ENDED = "ended", "It has ended"

    # Longer than processing a response can take. After this time, its process must have died.
    TAKEN_FOR = timedelta(seconds=150)

    state = models.CharField(max_length=255, unique=True)
    container = models.ForeignKey(Container, on_delete=models.CASCADE, related_name="flows")
    step = models.CharField(max_length=20, choices=Step.choices, default=Step.BEGUN)
    begun_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True)

    def take(self):
        """True for the first request that brings the response, false for all repetitions."""
        now = timezone.now()
        free = Q(step=self.Step.BEGUN) | Q(step=self.Step.TAKEN, taken_at__lt=now - self.TAKEN_FOR)
        return Flow.objects.filter(free, pk=self.pk).update(step=self.Step.TAKEN, taken_at=now) == 1

    def wait(self, seconds):
        """Waits for the request that processes the response, so that a reload of the page does not overtake it."""
        until = time.monotonic() + seconds
        while self.step == self.Step.TAKEN and time.monotonic() < until:
            time.sleep(0.2)
            self.refresh_from_db()

    def go_on(self, step):
        self.step = step
        self.save()

    @classmethod
    def begin(cls, container, state):
        cls.objects.filter(begun_at__lt=timezone.now() - timedelta(days=30)).delete()
        return cls.objects.create(container=container, state=state)


class UploadLink(models.Model):
    """An upload link, so that the site knows which user returns with its id. Its secret is not stored."""

    id = models.CharField(max_length=36, primary_key=True)
    container = models.ForeignKey(Container, on_delete=models.CASCADE, related_name="upload_links")
    made_at = models.DateTimeField(default=timezone.now)


class Deposit(models.Model):
    """What this site knows about a container at Zenodo."""

    class Step(models.TextChoices):
        FILES = "files", "You are connected to Zenodo. Choose your files now."
        ARRIVING = "arriving", "Your files are on their way to Zenodo"
        READY = "ready", "Your files are at Zenodo"
        CONSENT = "consent", "Zenodo needs your consent again"
        FAILED = "failed", "Your files did not reach Zenodo"
        PUBLISHED = "published", "Published"

    # How often the pages of a container ask the service at most, in all tabs together.
    LOOK_EVERY = timedelta(seconds=2)

    container = models.OneToOneField(Container, on_delete=models.CASCADE, related_name="deposit")
    deposition_id = models.BigIntegerField(unique=True)
    deposition_url = models.URLField(max_length=500)
    # A token of the service. Zenodo's own tokens never reach this site.
    access_token = models.CharField(max_length=255)
    # The owner of the draft: the user may be logged in at Zenodo with another account.
    zenodo_user_id = models.CharField(max_length=255, blank=True)
    step = models.CharField(max_length=20, choices=Step.choices, default=Step.FILES)
    upload_id = models.CharField(max_length=36, blank=True)
    # As the service formats it: these strings sort by time.
    upload_created_at = models.CharField(max_length=40, blank=True)
    looked_at = models.DateTimeField(default=timezone.now)
    sent = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    message = models.TextField(blank=True)
    # What prevents the publication, one sentence per line. Null if the site has not asked yet.
    problems = models.TextField(null=True)
    # What the service guessed about the description, and what Zenodo did not keep.
    notes = models.TextField(blank=True)
    doi = models.CharField(max_length=255, blank=True)
    record_url = models.URLField(max_length=500, blank=True)

    def keep(self, **values):
        """Saves only these fields, because another request may be changing the others."""
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values))

    def may_look(self):
        """True for one request in two seconds."""
        now = timezone.now()
        due = Deposit.objects.filter(pk=self.pk, step=self.Step.ARRIVING, looked_at__lt=now - self.LOOK_EVERY)
        return due.update(looked_at=now) == 1

    def hear(self, upload):
        """
        Stores the state of an upload, from GET /uploads/{id} or a webhook. It can arrive twice, or late. A state that is older than the
        stored one, or that says that an ended upload is still running, changes nothing.
        """
        step, message = step_of(upload)
        is_same = upload["upload_id"] == self.upload_id
        is_late = is_same and step == self.Step.ARRIVING and self.step in (self.Step.READY, self.Step.FAILED)
        if self.step == self.Step.PUBLISHED or is_late or upload["created_at"] < self.upload_created_at:
            return
        progress = upload["progress"]
        self.keep(
            step=step,
            message=message,
            upload_id=upload["upload_id"],
            upload_created_at=upload["created_at"],
            sent=progress["sent"],
            size=progress["size"],
            # The files have changed since the last check.
            problems=None,
        )

    def published(self, doi, record_url):
        self.keep(step=self.Step.PUBLISHED, message="", problems=None, notes="", doi=doi or "", record_url=record_url)


def step_of(upload):
    """The step and the message for the state of an upload."""
    Step = Deposit.Step
    if upload["state"] == "done":
        return Step.READY, "\n".join(notice["user_message"] for notice in upload["notices"])
    if upload["state"] == "cancelled":
        return Step.FAILED, "The upload was cancelled."
    if upload["state"] == "failed":
        error = upload["error"] or {}
        return Step.FAILED, error.get("user_message") or error.get("detail", "")
    if upload["state"] == "waiting_for_authorization":
        return Step.CONSENT, "Your files are kept until then."
    return Step.ARRIVING, ""
