import time
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Container(models.Model):
    """What a user of this site wants to have on Zenodo. Its files never come here."""

    class License(models.TextChoices):
        CC_BY = "CC-BY-4.0", "Creative Commons Attribution 4.0"
        CC0 = "CC0-1.0", "Creative Commons Zero 1.0 (public domain)"
        MIT = "MIT", "MIT License (for software)"
        __empty__ = "None: all rights stay with you"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    # Empty until the user has chosen: nobody's rights are given away by default.
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
    A request for consent that a user began, by its `state`. Several may be under way, in several tabs. Rows rather than entries
    of the session: two requests of one session overwrite each other's entries.
    """

    class Step(models.TextChoices):
        BEGUN = "begun", "The user is at Zenodo"
        TAKEN = "taken", "The answer is being dealt with"
        GRANTED = "granted", "The user allowed it"
        ENDED = "ended", "It came to nothing"

    # Longer than the call that deals with an answer may take: after that its process has died.
    TAKEN_FOR = timedelta(seconds=150)

    state = models.CharField(max_length=255, unique=True)
    container = models.ForeignKey(Container, on_delete=models.CASCADE, related_name="flows")
    step = models.CharField(max_length=20, choices=Step.choices, default=Step.BEGUN)
    begun_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True)

    def take(self):
        """True for the first request that brings the answer back, false for all that repeat it."""
        now = timezone.now()
        free = Q(step=self.Step.BEGUN) | Q(step=self.Step.TAKEN, taken_at__lt=now - self.TAKEN_FOR)
        return Flow.objects.filter(free, pk=self.pk).update(step=self.Step.TAKEN, taken_at=now) == 1

    def wait(self, seconds):
        """Waits for the request that deals with the answer. A reload of the page must not pass it by."""
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
    """A link that a user was sent to, so that who comes back with its id is known. Its secret is not kept."""

    id = models.CharField(max_length=36, primary_key=True)
    container = models.ForeignKey(Container, on_delete=models.CASCADE, related_name="upload_links")
    made_at = models.DateTimeField(default=timezone.now)


class Deposit(models.Model):
    """A container at Zenodo, as far as this site has heard."""

    class Step(models.TextChoices):
        FILES = "files", "You are connected to Zenodo. Choose your files now."
        ARRIVING = "arriving", "Your files are on their way to Zenodo"
        READY = "ready", "Your files are at Zenodo"
        CONSENT = "consent", "Zenodo has to ask you again"
        FAILED = "failed", "Your files did not arrive"
        PUBLISHED = "published", "It is published"

    # The page of a container asks the service this often at most, however many tabs show it.
    LOOK_EVERY = timedelta(seconds=2)

    container = models.OneToOneField(Container, on_delete=models.CASCADE, related_name="deposit")
    deposition_id = models.BigIntegerField(unique=True)
    deposition_url = models.URLField(max_length=500)
    # A handle of the service's own: Zenodo's token never comes here.
    access_token = models.CharField(max_length=255)
    # Whose draft it is: somebody may be logged in at Zenodo with another account.
    zenodo_user_id = models.CharField(max_length=255, blank=True)
    step = models.CharField(max_length=20, choices=Step.choices, default=Step.FILES)
    upload_id = models.CharField(max_length=36, blank=True)
    # As the service writes it: texts of one form, which sort by time.
    upload_created_at = models.CharField(max_length=40, blank=True)
    looked_at = models.DateTimeField(default=timezone.now)
    sent = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    message = models.TextField(blank=True)
    # What stands against publishing, a sentence a line; null until it was asked.
    problems = models.TextField(null=True)
    # What was guessed of the description, or not kept of it.
    notes = models.TextField(blank=True)
    doi = models.CharField(max_length=255, blank=True)
    record_url = models.URLField(max_length=500, blank=True)

    def keep(self, **values):
        """Writes these and nothing else: another request may be writing the rest."""
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values))

    def may_look(self):
        """True for one of all requests of the last two seconds."""
        now = timezone.now()
        due = Deposit.objects.filter(pk=self.pk, step=self.Step.ARRIVING, looked_at__lt=now - self.LOOK_EVERY)
        return due.update(looked_at=now) == 1

    def hear(self, upload):
        """
        What GET /uploads/{id} answers, or a webhook brings. News may come twice, and late: what is older than what is known, or says
        that something is under way that has ended, changes nothing.
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
            # Files have come since it was asked what stands against publishing.
            problems=None,
        )

    def published(self, doi, record_url):
        self.keep(step=self.Step.PUBLISHED, message="", problems=None, notes="", doi=doi or "", record_url=record_url)


def step_of(upload):
    """What an upload's state means to the user, and what is to be said of it."""
    Step = Deposit.Step
    if upload["state"] == "done":
        return Step.READY, "\n".join(notice["user_message"] for notice in upload["notices"])
    if upload["state"] == "cancelled":
        return Step.FAILED, "The upload was cancelled."
    if upload["state"] == "failed":
        error = upload["error"] or {}
        return Step.FAILED, error.get("user_message") or error.get("detail", "")
    if upload["state"] == "waiting_for_authorization":
        return Step.CONSENT, "Your files are kept meanwhile."
    return Step.ARRIVING, ""
