from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from . import service, webhooks
from .forms import ContainerForm, DescriptionForm
from .models import Container, Deposit, Flow, UploadLink
from .words import in_words, sentence

Step = Deposit.Step


@login_required
def containers(request):
    form = ContainerForm(request.POST or None)
    if form.is_valid():
        form.instance.owner = request.user
        return redirect("container", form.save().pk)
    mine = Container.objects.filter(owner=request.user)
    return render(request, "deposits/containers.html", {"containers": mine, "form": form})


@login_required
@require_GET
def container(request, pk):
    """Shows the state of a container. While files are on their way, asks the service, at most every two seconds; webhooks do the rest."""
    one = get_object_or_404(Container, pk=pk, owner=request.user)
    deposit = Deposit.objects.filter(container=one).first()
    if deposit is not None and deposit.may_look():
        look(deposit, None if deposit.upload_id else one.upload_links.order_by("made_at").last())
    shown = {"container": one, "deposit": deposit, "form": DescriptionForm(instance=one)}
    return render(request, "deposits/container.html", shown)


@login_required
@require_POST
def bring(request, pk):
    """Sends the user to the upload page. If there is no consent yet, or it has ended, sends them to Zenodo first."""
    one = get_object_or_404(Container, pk=pk, owner=request.user)
    deposit = Deposit.objects.filter(container=one).first()
    try:
        if deposit is None or deposit.step == Step.CONSENT:
            return to_zenodo(one, service.authorize(one, address(request, "zenodo_callback")))
        link = service.upload_link(deposit, address(request, "zenodo_uploaded"))
    except service.Problem as problem:
        if problem.consent:
            return to_zenodo(one, problem.consent)
        return refused(request, problem, one)
    UploadLink.objects.create(pk=link["upload_link_id"], container=one)
    return redirect(link["url"])


@login_required
@require_GET
def zenodo_callback(request):
    """Receives the user from Zenodo, also after a reload. Refuses a flow that another user began."""
    flow = Flow.objects.filter(state=request.GET.get("state", ""), container__owner=request.user).first()
    if flow is None:
        return render(request, "deposits/refused.html", {"reason": FOREIGN}, status=403)
    one = flow.container
    if not flow.take():
        flow.refresh_from_db()
        flow.wait(settings.CALLBACK_WAIT)
        return ended(request, one) if flow.step == Flow.Step.ENDED else redirect("container", one.pk)
    returned = {name: request.GET[name] for name in ("code", "error", "state") if name in request.GET}
    try:
        grant = service.callback(returned, address(request, "zenodo_callback"))
    except service.Problem as problem:
        # If the same call may succeed later, reloading the page repeats it.
        flow.go_on(Flow.Step.BEGUN if problem.passes else Flow.Step.ENDED)
        return ended(request, one) if problem.code == "state_used" else refused(request, problem, one)
    if grant["deposition_id"] is None:
        flow.go_on(Flow.Step.ENDED)
        return render(request, "deposits/refused.html", {"reason": grant["warnings"][-1], "container": one}, status=502)
    before = Deposit.objects.filter(container=one).first()
    is_new = before is None or before.deposition_id != grant["deposition_id"]
    if is_new and before is not None and before.zenodo_user_id != grant["zenodo_user_id"] and grant["warnings"]:
        # Keep the draft: the one in the other account is new and has no files.
        flow.go_on(Flow.Step.ENDED)
        return render(request, "deposits/refused.html", {"reason": OTHER_ACCOUNT, "container": one}, status=409)
    granted = {
        "access_token": grant["access_token"],
        "zenodo_user_id": grant["zenodo_user_id"],
        "deposition_id": grant["deposition_id"],
        "deposition_url": grant["deposition_url"],
        "step": step_after_consent(before),
        "message": "",
    }
    # If the earlier draft no longer exists at Zenodo, forget what was known about it.
    anew = {"step": Step.FILES, "upload_id": "", "upload_created_at": "", "problems": None, "notes": ""} if is_new else {}
    Deposit.objects.update_or_create(container=one, defaults={**granted, **anew})
    # After the deposit is stored, because a reload that waits for this step shows it.
    flow.go_on(Flow.Step.GRANTED)
    return redirect("container", one.pk)


@login_required
@require_GET
def zenodo_uploaded(request):
    """
    Receives the user from the upload page, perhaps before all files are at Zenodo, or because the link had ended. Does not trust the
    URL: asks the service.
    """
    mine = UploadLink.objects.filter(container__owner=request.user).order_by("made_at")
    named = request.GET.get("upload_link_id")
    link = mine.filter(pk=named).first() if named else mine.last()
    if link is None:
        return render(request, "deposits/refused.html", {"reason": FOREIGN}, status=403) if named else redirect("containers")
    deposit = Deposit.objects.filter(container=link.container).first()
    if deposit is not None and deposit.step != Step.PUBLISHED:
        look(deposit, link)
    return redirect("container", link.container_id)


@csrf_exempt
@require_POST
def zenodo_event(request):
    """Receives an event. The service may send an event twice, and repeating this does no harm."""
    try:
        event = webhooks.verified(request.body, request.headers, settings.ZENODO_WEBHOOK_SECRET)
    except (webhooks.Forged, ValueError):
        return HttpResponse("The signature is not valid.", status=401, content_type="text/plain")
    news = event["data"]
    deposit = Deposit.objects.filter(deposition_id=event.get("deposition_id")).first()
    if deposit is not None and event["type"].startswith("upload."):
        deposit.hear(news)
    elif deposit is not None and event["type"] == "deposition.published":
        deposit.published(news["doi"], news["links"]["zenodo"])
    # This site does not need the other events.
    return HttpResponse(status=204)


@login_required
@require_POST
def describe(request, pk):
    """Sends the description, and asks what prevents the publication."""
    one = get_object_or_404(Container, pk=pk, owner=request.user)
    deposit = get_object_or_404(Deposit, container=one)
    form = DescriptionForm(request.POST, instance=one)
    if not form.is_valid():
        shown = {"container": one, "deposit": deposit, "form": form}
        return render(request, "deposits/container.html", shown, status=400)
    form.save()
    try:
        described = service.describe(deposit, one.metadata())
        found = service.check(deposit)
    except service.Problem as problem:
        return not_yet(request, problem, deposit)
    notes = [*map(sentence, described["warnings"]), *in_words(described["dropped"])]
    deposit.keep(problems="\n".join(in_words(found["problems"])), notes="\n".join(notes))
    return redirect("container", one.pk)


@login_required
@require_POST
def publish(request, pk):
    """Publishes the draft, which cannot be undone. The text beside the button says so."""
    one = get_object_or_404(Container, pk=pk, owner=request.user)
    deposit = get_object_or_404(Deposit, container=one)
    try:
        published = service.publish(deposit)
    except service.Problem as problem:
        return not_yet(request, problem, deposit)
    deposit.published(published["doi"], published["record_url"])
    return redirect("container", one.pk)


FOREIGN = "You did not start this here. Open your container and start again."
OTHER_ACCOUNT = (
    "You are logged in to Zenodo with a different account. The draft of this container belongs to another one. "
    "Log out at Zenodo. Then open your container, and use the account that you used before."
)
ENDED_FLOW = "This request has ended. To send more files, open your container and start again."


def look(deposit, link=None):
    """
    Asks the service for the state of the last upload of `link`, or of the upload that is on its way. If a call fails, the page shows the
    files as on their way, and asks again.
    """
    try:
        ids = service.uploads_of(deposit, link.pk) if link else [deposit.upload_id]
        upload = service.upload(deposit, ids[-1]) if ids else None
    except service.Problem as problem:
        if problem.consent:
            deposit.keep(step=Step.CONSENT, message=str(problem))
        elif link:
            deposit.keep(step=Step.ARRIVING, upload_id="", sent=0, size=0)
        return
    if upload and upload["deposition_id"] == deposit.deposition_id:
        deposit.hear(upload)
    elif not ids and not deposit.upload_id:
        deposit.keep(step=Step.FILES)


def to_zenodo(one, begun):
    Flow.begin(one, begun["state"])
    return redirect(begun["zenodo_oauth_url"])


def step_after_consent(deposit):
    """The step after consent. The service continues an upload that waited for consent without another call."""
    if deposit is None:
        return Step.FILES
    if deposit.step == Step.CONSENT:
        return Step.ARRIVING if deposit.upload_id else Step.FILES
    return deposit.step


def address(request, name):
    """The same URL for all containers: the operator of the service allows exact URLs."""
    return request.build_absolute_uri(reverse(name))


def not_yet(request, problem, deposit):
    """Shows beside the form why the service refused the description or the publication."""
    if problem.consent:
        deposit.keep(step=Step.CONSENT, message=str(problem))
    elif problem.faults:
        deposit.keep(problems="\n".join(in_words(problem.faults)))
    else:
        return refused(request, problem, deposit.container)
    return redirect("container", deposit.container_id)


def ended(request, one):
    """The user returned to a request of their own that has already ended. This is not an error."""
    return render(request, "deposits/refused.html", {"reason": ENDED_FLOW, "container": one, "mild": True})


def refused(request, problem, one):
    """Shows the message of the service. A problem without a status means that the service could not be reached."""
    status = 502 if problem.status is None or problem.status >= 500 else 400
    return render(request, "deposits/refused.html", {"reason": str(problem), "container": one}, status=status)
