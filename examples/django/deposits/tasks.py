"""One step of a deposit at a time, outside of any request."""

from contextlib import ExitStack

from . import service
from .models import Deposit

Step = Deposit.Step


def take_step(deposit):
    """Does what comes next for a deposit, and writes down what came of it. Any step may be done twice."""
    try:
        STEPS[deposit.step](deposit)
    except service.Problem as problem:
        if problem.passes:
            deposit.go_on(deposit.step, after=problem.retry_after, message=str(problem))
        elif problem.needs_consent:
            deposit.go_on(Step.CONSENT, message=str(problem))
        else:
            faults = [f"{field}: {message}" for field, message in problem.faults]
            reference = f"Reference for the operator: {problem.request_id}" if problem.status >= 500 else ""
            deposit.go_on(Step.FAILED, message="\n".join(filter(None, [str(problem), *faults, reference])))


def send_files(deposit):
    with ExitStack() as opened:
        artifacts = deposit.container.artifacts.order_by("pk")
        files = [(one.name, opened.enter_context(one.file.open("rb"))) for one in artifacts]
        upload = service.send_files(deposit.deposition_id, deposit.access_token, files)
    deposit.upload_id = upload["upload_id"]
    follow(deposit, upload)


def look_at_upload(deposit):
    follow(deposit, service.upload(deposit.upload_id, deposit.access_token))


def describe(deposit):
    answer = service.describe(deposit.deposition_id, deposit.access_token, deposit.container.metadata())
    # What was guessed or not kept is for people to read, not an error.
    notes = answer["warnings"] + [f"{one['field']}: {one['message']}" for one in answer["dropped"]]
    deposit.go_on(Step.DONE, message="\n".join(notes))


def follow(deposit, upload):
    deposit.sent = upload["progress"]["sent"]
    deposit.size = upload["progress"]["size"]
    if upload["state"] == "done":
        deposit.sent = deposit.size
        deposit.go_on(Step.DESCRIBING)
    elif upload["state"] in ("failed", "cancelled"):
        reason = upload["error"] or {"detail": "The upload was cancelled."}
        deposit.go_on(Step.FAILED, message=reason["detail"])
    elif upload["state"] == "waiting_for_authorization":
        deposit.go_on(Step.CONSENT, message="Zenodo wants to be asked again. The files wait at the service.")
    else:
        deposit.go_on(Step.TRANSFERRING, after=1)


STEPS = {Step.SENDING: send_files, Step.TRANSFERRING: look_at_upload, Step.DESCRIBING: describe}
