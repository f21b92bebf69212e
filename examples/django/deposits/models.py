from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone


class Container(models.Model):
    """What a user of this site wants to have on Zenodo."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    title = models.CharField(max_length=200)
    description = models.TextField()

    def metadata(self):
        name = {"first_name": self.owner.first_name, "last_name": self.owner.last_name or self.owner.username}
        return {"title": self.title, "description": self.description, "contributors": [{**name, "role": "Author"}]}


class Artifact(models.Model):
    container = models.ForeignKey(Container, on_delete=models.CASCADE, related_name="artifacts")
    name = models.CharField(max_length=255)
    file = models.FileField(upload_to="artifacts/")


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

    state = models.CharField(max_length=255, unique=True)
    container = models.ForeignKey(Container, on_delete=models.CASCADE, related_name="flows")
    step = models.CharField(max_length=20, choices=Step.choices, default=Step.BEGUN)
    begun_at = models.DateTimeField(default=timezone.now)

    def take(self):
        """True for the first request that brings the answer back, false for all that repeat it."""
        return Flow.objects.filter(pk=self.pk, step=self.Step.BEGUN).update(step=self.Step.TAKEN) == 1

    def go_on(self, step):
        self.step = step
        self.save()

    @classmethod
    def begin(cls, container, state):
        cls.objects.filter(begun_at__lt=timezone.now() - timedelta(days=30)).delete()
        return cls.objects.create(container=container, state=state)


class Deposit(models.Model):
    """
    A container on its way to Zenodo. The row is the queue: whatever is not over and whose `next_at` has come is taken by
    `process_uploads`, which moves `next_at` ahead while it works. If it dies, the next one takes the row once that is over.
    """

    class Step(models.TextChoices):
        SENDING = "sending", "The files are being sent"
        TRANSFERRING = "transferring", "Zenodo is receiving the files"
        DESCRIBING = "describing", "The description is being sent"
        CONSENT = "consent", "You must allow it again"
        FAILED = "failed", "It failed"
        DONE = "done", "Everything is at Zenodo"

    RUNNING = (Step.SENDING, Step.TRANSFERRING, Step.DESCRIBING)

    container = models.OneToOneField(Container, on_delete=models.CASCADE, related_name="deposit")
    deposition_id = models.BigIntegerField()
    deposition_url = models.URLField(max_length=500)
    # A handle of the service's own: Zenodo's token never comes here.
    access_token = models.CharField(max_length=255)
    step = models.CharField(max_length=20, choices=Step.choices, default=Step.SENDING)
    next_at = models.DateTimeField(default=timezone.now, db_index=True)
    upload_id = models.CharField(max_length=36, blank=True)
    sent = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    message = models.TextField(blank=True)

    @property
    def is_running(self):
        return self.step in self.RUNNING

    def go_on(self, step, *, after=0, message=""):
        self.step = step
        self.next_at = timezone.now() + timedelta(seconds=after)
        self.message = message
        self.save()

    @classmethod
    def claim(cls, seconds):
        """One whose turn it is, for so many seconds; None if there is none. Two processes never get the same one."""
        now = timezone.now()
        due = cls.objects.filter(step__in=cls.RUNNING, next_at__lte=now)
        for deposit in due.order_by("next_at"):
            until = now + timedelta(seconds=seconds)
            if due.filter(pk=deposit.pk, next_at=deposit.next_at).update(next_at=until) == 1:
                deposit.next_at = until
                return deposit
        return None
