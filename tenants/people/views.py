"""Pages about people: sign-in, invitation, members, API tokens, and in development the mail that was sent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from infra.problems import Conflict, Invalid, NotFound, TooManyRequests
from infra.settings import settings
from infra.web.chrome import NavEntry, add_to_navigation
from infra.web.limits import limiter
from infra.web.pages import errors_by_field, read_form, render
from tenants.access.chrome import crumbs, home_of
from tenants.access.gate import access, actor, member, public, signed_in
from tenants.access.identity import Identity, by_session
from tenants.access.login import SignedIn
from tenants.access.roles import Role
from tenants.people import links, services
from tenants.people.caught_mail import caught_mail
from tenants.people.permissions import PEOPLE_END, PEOPLE_INVITE, PEOPLE_READ
from tenants.people.rules import PASSWORD_MIN, invitable_roles
from tenants.people.schemas import AcceptSchema, InviteSchema, LinkRequestSchema, SignInSchema

bp = Blueprint("people", __name__, template_folder="templates")
add_to_navigation(NavEntry("People", "people.people_page", PEOPLE_READ, 80, "people"))


@bp.get("/sign-in")
@public
def sign_in_page() -> ResponseReturnValue:
    """The sign-in form; whoever is signed in goes to their start page."""
    if current_user.is_authenticated:
        return redirect(url_for("people.start"))
    return render("people/sign_in.html", next=request.args.get("next", ""), values={}, errors={}, refused=None)


@bp.post("/sign-in")
@public
@limiter.limit("20/minute")
def sign_in() -> ResponseReturnValue:
    """Check address and password and open a session."""
    try:
        form = read_form(SignInSchema())
        token = services.sign_in(email=form["email"], password=form["password"], user_agent=request.user_agent.string)
    except (Invalid, TooManyRequests) as error:
        errors = errors_by_field(error) if isinstance(error, Invalid) else {}
        values = {"email": request.form.get("email", "")}
        page = render(
            "people/sign_in.html", next=request.form.get("next", ""), values=values, errors=errors, refused=error.detail
        )
        return page, error.status
    _enter(token)
    wanted = form.get("next", "")
    return redirect(wanted if _is_local(wanted) else url_for("people.start"))


def _enter(token: str) -> Identity:
    identity = by_session(token)
    if identity is None:
        raise NotFound
    session.clear()
    login_user(SignedIn(identity, by="session", token=token))
    return identity


def _is_local(path: str) -> bool:
    return bool(re.match(r"^/[^/\\]", path))


@bp.get("/sign-in/link")
@public
def ask_for_link() -> ResponseReturnValue:
    """Where providers and clinic staff have a sign-in link sent to themselves."""
    return render("people/ask_for_link.html", values={}, errors={}, sent_to=None, minutes=links.MINUTES)


def _asked_address() -> str:
    address = request.form.get("email", "").strip().lower()
    return "link:" + hashlib.sha256(address.encode()).hexdigest()


@bp.post("/sign-in/link")
@public
@limiter.limit("10/minute")
@limiter.limit("5/hour", key_func=_asked_address)
def send_link() -> ResponseReturnValue:
    """Have a link sent. The answer is the same whether anybody has that address or not."""
    try:
        email = read_form(LinkRequestSchema())["email"]
    except Invalid as error:
        values = {"email": request.form.get("email", "")}
        page = render(
            "people/ask_for_link.html",
            values=values,
            errors=errors_by_field(error),
            sent_to=None,
            minutes=links.MINUTES,
        )
        return page, 422
    links.request_link(email)
    return render("people/ask_for_link.html", values={}, errors={}, sent_to=email, minutes=links.MINUTES)


@bp.get("/sign-in/link/<token>")
@public
@limiter.limit("60/minute")
def open_link(token: str) -> ResponseReturnValue:
    """What the link is for, and the button that spends it: opening alone does nothing, so scanners of mail do not burn it."""
    return render("people/open_link.html", link=links.look_at_link(token), token=token)


@bp.post("/sign-in/link/<token>")
@public
@limiter.limit("20/minute")
def use_link(token: str) -> ResponseReturnValue:
    """Spend the link: sign the person in and bring them to their own pages."""
    opened, link = links.sign_in_by_link(token, user_agent=request.user_agent.string)
    return redirect(_own_pages(_enter(opened), link.clinic_id))


def _own_pages(identity: Identity, clinic_id: UUID | None) -> str:
    """Where a person who came by a link begins: a provider in their own file, everybody else on the clinic's home."""
    joined = identity.member_of(clinic_id) if clinic_id else None
    if joined is None:
        return url_for("people.start")
    if joined.role is Role.PROVIDER and "providers.me_file" in current_app.view_functions:
        return url_for("providers.me_file")
    return home_of(joined)


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session, on the server too."""
    if current_user.is_authenticated:
        services.sign_out(current_user.token)
    logout_user()
    session.clear()
    flash("You are signed out.", "success")
    return redirect(url_for("people.sign_in_page"))


@bp.get("/")
@public
def start() -> ResponseReturnValue:
    """The start page of whoever is signed in: portfolio, their clinic, or their panel."""
    if not current_user.is_authenticated:
        return redirect(url_for("people.sign_in_page"))
    identity = actor()
    if identity.vendor_role is not None or len(identity.memberships) > 1:
        providers_only = identity.memberships and all(m.role is Role.PROVIDER for m in identity.memberships)
        return redirect(url_for("panel.my_panel" if providers_only else "portfolio.portfolio_page"))
    if identity.memberships:
        return redirect(home_of(identity.memberships[0]))
    return render("people/no_clinic.html")


@bp.get("/invitations/<token>")
@public
def invitation_page(token: str) -> ResponseReturnValue:
    """What the link is for, and the form to accept it."""
    link = services.read_link(token)
    return _invitation(link, token, {"name": link.name})


def _invitation(link: services.Link, token: str, values: Mapping[str, str], error: Invalid | None = None) -> str:
    return render(
        "people/invitation.html",
        link=link,
        token=token,
        errors=errors_by_field(error),
        values=values,
        minimum=PASSWORD_MIN,
        must_choose=link.purpose == "reset" or services.needs_password(link),
    )


@bp.post("/invitations/<token>")
@public
@limiter.limit("20/minute")
def accept_invitation(token: str) -> ResponseReturnValue:
    """Accept: choose a password, join the clinic, and be signed in."""
    link = services.read_link(token)
    try:
        form = read_form(AcceptSchema())
        opened = services.accept_link(
            token, password=form.get("password"), name=form.get("name", ""), user_agent=request.user_agent.string
        )
    except Invalid as error:
        return _invitation(link, token, {"name": request.form.get("name", "")}, error), 422
    identity = _enter(opened)
    flash(f"Welcome to {link.clinic_name}." if link.clinic_name else "Your password is set.", "success")
    return redirect(_own_pages(identity, link.clinic_id))


@bp.get("/c/<uuid:clinic_id>/people")
@access(PEOPLE_READ)
def people_page(clinic_id: UUID) -> ResponseReturnValue:
    """Members of the clinic and open invitations."""
    return _people(clinic_id)


def _people(clinic_id: UUID, error: Invalid | None = None) -> str:
    crumbs((member().clinic_name, home_of(member())), ("People", None))
    return render(
        "people/people.html",
        clinic_id=clinic_id,
        members=services.list_members(),
        current_person=str(actor().id),
        roles=[
            (role.value, role.label)
            for role in Role
            if role in invitable_roles(member().role) and role is not Role.PROVIDER
        ],
        errors=errors_by_field(error),
        values=request.form if error else {},
    )


@bp.post("/c/<uuid:clinic_id>/people")
@access(PEOPLE_INVITE)
def invite(clinic_id: UUID) -> ResponseReturnValue:
    """Invite a person into the clinic."""
    try:
        form = read_form(InviteSchema())
        made = services.invite(
            email=form["email"],
            name=form.get("name", ""),
            role=Role(form["role"]),
            provider_id=form.get("provider_id"),
            inviter=member().role,
        )
    except Invalid as error:
        return _people(clinic_id, error), 422
    flash(f"An invitation is on its way to {made.email}. The link works once, for 72 hours.", "success")
    return redirect(url_for("people.people_page", clinic_id=clinic_id))


@bp.post("/c/<uuid:clinic_id>/people/<uuid:membership_id>/sign-in-link")
@access(PEOPLE_INVITE)
def send_member_link(clinic_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """Mail a member a link that signs them in once."""
    try:
        member_ = links.send_link(membership_id)
    except Conflict as error:
        flash(error.detail, "error")
    else:
        flash(
            f"A sign-in link is on its way to {member_.email}. It works once, for {links.MINUTES} minutes.", "success"
        )
    back = request.form.get("back", "")
    return redirect(back if _is_local(back) else url_for("people.people_page", clinic_id=clinic_id))


@bp.post("/c/<uuid:clinic_id>/people/<uuid:membership_id>/end")
@access(PEOPLE_END)
def end_membership(clinic_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """End a membership."""
    ended = services.end_membership(membership_id)
    flash(f"{ended.name} no longer has access.", "success")
    return redirect(url_for("people.people_page", clinic_id=clinic_id))


@bp.get("/me/tokens")
@signed_in(session=False)
def tokens_page() -> ResponseReturnValue:
    """The person's API tokens."""
    return render("people/tokens.html", tokens=services.list_tokens(actor().id), made=None)


@bp.post("/me/tokens")
@signed_in(session=False)
def make_token() -> ResponseReturnValue:
    """A new API token, shown once."""
    _, token = services.issue_token(actor().id, label=request.form.get("label", ""))
    return render("people/tokens.html", tokens=services.list_tokens(actor().id), made=token)


@bp.post("/me/tokens/<uuid:token_id>/revoke")
@signed_in(session=False)
def revoke_token(token_id: UUID) -> ResponseReturnValue:
    """Revoke a token."""
    services.revoke_token(actor().id, token_id)
    flash("The token no longer works.", "success")
    return redirect(url_for("people.tokens_page"))


@bp.get("/dev/mail")
@public
def development_mail() -> ResponseReturnValue:
    """The mail that the local catcher kept; exists only in the embedded stack."""
    config = settings()
    if not (config.is_embedded and config.mail_dir):
        abort(404)
    return render("people/mail.html", messages=caught_mail(config.mail_dir))
