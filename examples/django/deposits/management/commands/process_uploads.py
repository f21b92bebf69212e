import logging
import time

from deposits.models import Deposit
from deposits.tasks import take_step
from django.core.management.base import BaseCommand

# Longer than any call may take; a process that dies keeps its deposit from others for so long.
CLAIM_SECONDS = 600
IDLE_SECONDS = 1

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Brings waiting deposits to Zenodo, step by step, until it is stopped. Start as many as you like."

    def handle(self, *args, **options):
        self.stdout.write("Waiting for deposits.")
        self.stdout.flush()
        while True:
            deposit = Deposit.claim(CLAIM_SECONDS)
            if deposit is None:
                time.sleep(IDLE_SECONDS)
                continue
            try:
                take_step(deposit)
            except Exception:
                # Not foreseen: shown to the user as failed, to the operator with all its lines.
                log.exception("deposit %s failed", deposit.pk)
                deposit.go_on(Deposit.Step.FAILED, message="Something went wrong at this site.")
