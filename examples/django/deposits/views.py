from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from . import service
from .models import Artifact, Container, Deposit, Flow


@login_required
def containers(request):
    if request.method == "POST":
        files = request.FILES.getlist("files")
        if not files or not request.POST.get("title"):
            return HttpResponseBadRequest("A container needs a title and files.")
        container = Container.objects.create(
            owner=request.user, title=request.POST["title"], description=request.POST.get("description", "")
        )
        for file in files:
            Artifact.objects.create(container=container, name=file.name, file=file)
        return redirect("container", container.pk)
    return render(request, "deposits/containers.html", {"containers": Container.objects.filter(owner=request.user)})


@login_required
@require_GET
def container(request, pk):
    """How far it is. Asks nobody: `process_uploads` writes down what it hears."""
    one = get_object_or_404(Container, pk=pk, owner=request.user)
    return render(request, "deposits/container.html", {"container": one, "deposit": Deposit.objects.filter(container=one).first()})


@login_required
@require_POST
def send(request, pk):
    """Sends the user to Zenodo to give consent, for the first time or again."""
    one = get_object_or_404(Container, pk=pk, owner=request.user)
    try:
        flow = service.authorize(one, callback_url(request))
    except service.Problem as problem:
        return refused(request, problem, one)
    Flow.begin(one, flow["state"])
    return redirect(flow["zenodo_oauth_url"])


@login_required
@require_GET
def zenodo_callback(request):
    """The user is back from Zenodo, for the first time or again. A flow that this user did not begin is somebody else's, and ends here."""
    flow = Flow.objects.filter(state=request.GET.get("state", ""), container__owner=request.user).first()
    if flow is None:
        return render(request, "deposits/refused.html", {"reason": FOREIGN_FLOW}, status=403)
    one = flow.container
    if not flow.take():
        flow.refresh_from_db()
        return ended(request, one) if flow.step == Flow.Step.ENDED else redirect("container", one.pk)
    returned = {name: request.GET[name] for name in ("code", "error", "state") if name in request.GET}
    try:
        grant = service.callback(returned, callback_url(request))
    except service.Problem as problem:
        # Where the same call may succeed later, loading the page again makes it.
        flow.go_on(Flow.Step.BEGUN if problem.passes else Flow.Step.ENDED)
        return ended(request, one) if problem.code == "state_used" else refused(request, problem, one)
    flow.go_on(Flow.Step.GRANTED)
    if grant["deposition_id"] is None:
        return render(request, "deposits/refused.html", {"reason": grant["warnings"][-1], "container": one}, status=502)
    before = Deposit.objects.filter(container=one).first()
    Deposit.objects.update_or_create(
        container=one,
        defaults={
            "access_token": grant["access_token"],
            "deposition_id": grant["deposition_id"],
            "deposition_url": grant["deposition_url"],
            "step": step_after_consent(before),
            "next_at": timezone.now(),
            "message": "",
        },
    )
    return redirect("container", one.pk)


FOREIGN_FLOW = "This answer of Zenodo does not belong to anything that you began here. Begin again from your container."
ENDED_FLOW = "This request to Zenodo is over. Send the container again if it is still to be sent."


def step_after_consent(deposit):
    """An upload that waits for consent goes on by itself at the service. Anything else is sent again: that is safe."""
    waits = deposit is not None and deposit.step == Deposit.Step.CONSENT and deposit.upload_id
    return Deposit.Step.TRANSFERRING if waits else Deposit.Step.SENDING


def callback_url(request):
    """The same for every container: it is registered with Zenodo, letter by letter."""
    return request.build_absolute_uri(reverse("zenodo_callback"))


def ended(request, one):
    """Nothing is wrong: the user came back to something of their own that came to nothing."""
    return render(request, "deposits/refused.html", {"reason": ENDED_FLOW, "container": one, "mild": True})


def refused(request, problem, one):
    """Tells the user in the service's words; a problem with no status is that the service was not there."""
    status = 502 if problem.status is None or problem.status >= 500 else 400
    return render(request, "deposits/refused.html", {"reason": str(problem), "container": one}, status=status)
