"""Coming in as a person does: by the printed link, a password, a code of an app, an invitation, a passkey."""

import re
import time
from datetime import timedelta

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from heliograph.accounts import links
from heliograph.accounts.audit import Actor, record
from heliograph.accounts.people import add_person
from heliograph.accounts.teams import add_team
from heliograph.accounts.tokens import add_token, find_token, revoke
from heliograph.kit.clock import utc_now
from tests.web.people import person_with

PASSWORD = "nine plain words"


def forget_refusals(complaints):
    """The browser counts each refusal as an error: of what it sent, and of a session that has ended."""
    complaints[:] = [line for line in complaints if "401" not in line and "422" not in line]


def sign_in(page, name, password=PASSWORD):
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def shown_code(secret, *, at):
    """What an app shows that holds this secret."""
    return format_hotp_value(hotp_value(secret, int(at // 30)))


def test_the_printed_link_leads_to_the_overview(visit, transactional_db):
    made = links.first_link(loopback=True, at=utc_now())
    page = visit(made.path, role=None)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(page.get_by_role("navigation", name="Rooms")).to_contain_text("owner")


def test_an_invited_person_comes_in_sets_up_an_app_and_signs_in_with_its_code(
    visit, keep_screenshot, complaints
):
    add_team("desk", at=utc_now())
    admin = visit("/people/")
    admin.get_by_label("Name", exact=True).fill("Ann")
    admin.get_by_label("Role").select_option("analyst")
    admin.get_by_label("Team", exact=True).select_option("desk")
    admin.get_by_role("button", name="Make a link").click()
    link = admin.get_by_label("Give it to Ann alone").input_value()

    page = visit("/account/login/", role=None)
    page.goto(link)
    expect(page.get_by_text("the admin invites you as analyst, in the team desk.")).to_be_visible()
    page.get_by_label("Password").fill("too short")
    page.get_by_role("button", name="Come in").click()
    expect(page.get_by_text("It must contain at least 12 characters.").first).to_be_visible()
    keep_screenshot(page, "coming-in-refused")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Come in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()

    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Sign-in").click()
    page.get_by_role("link", name="Add an app").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    secret = page.get_by_label("Secret, for apps that cannot scan").input_value()
    keep_screenshot(page, "app-1280")
    page.get_by_label("Code").fill(shown_code(secret, at=time.time()))
    page.get_by_role("button", name="Use this app").click()
    expect(page.get_by_text("10 of 10 codes are left")).to_be_visible()
    keep_screenshot(page, "codes-1280")

    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "Ann")
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    page.get_by_label("Code").fill(shown_code(secret, at=time.time() + 30))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    forget_refusals(complaints)


def test_a_passkey_is_added_and_signs_in_alone(browser, live_server, keep_screenshot, complaints):
    add_person("Ann", role="viewer", at=utc_now(), password=PASSWORD)
    # Browsers give passkeys at localhost, not at 127.0.0.1.
    address = re.sub(r"//[^:/]+", "//localhost", live_server.url)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.goto(f"{address}/settings/security/")
    sign_in(page, "Ann")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="Done").click()
    keep_screenshot(page, "security-1280")

    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{address}/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    context.close()
    forget_refusals(complaints)
    assert complaints == []


def test_where_browsers_give_no_passkey_the_page_says_why(visit, complaints):
    add_person("Ann", role="viewer", at=utc_now(), password=PASSWORD)
    page = visit("/account/login/", role=None)
    refusing = "() => Promise.reject(new DOMException('x', 'NotAllowedError'))"
    page.evaluate(f"() => {{ navigator.credentials.get = {refusing}; }}")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The browser gave no passkey")


def test_sessions_elsewhere_are_seen_and_ended(visit, complaints):
    add_person("Ann", role="viewer", at=utc_now(), password=PASSWORD)
    here, there = (visit("/account/login/", role=None) for _ in range(2))
    for page in (there, here):
        sign_in(page, "Ann")
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    here.goto(here.url + "settings/sessions/")
    expect(here.get_by_role("listitem").filter(has_text="this one")).to_have_count(1)
    here.get_by_role("button", name="Sign out of Chrome").click()
    expect(here.get_by_text("Signed out there.")).to_be_visible()
    there.reload()
    expect(there.get_by_role("heading", name="Sign in")).to_be_visible()
    forget_refusals(complaints)


def test_teal_and_red_candles_are_a_choice(world, visit):
    page = visit("/settings/")
    page.get_by_label("Candles").select_option("teal-red")
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("Your settings are saved.")).to_be_visible()
    rose = "getComputedStyle(document.documentElement).getPropertyValue('--rose').trim()"
    assert page.evaluate(rose) == page.evaluate(rose.replace("--rose", "--good"))


ENTRANCES = {
    "sign-in": "/account/login/",
    "bad-link": "/account/enter/nothing",
}


def test_every_page_of_coming_in_is_sound_in_both_themes_wide_and_narrow(
    transactional_db, faults_of, complaints
):
    boss = add_person("boss", role="admin", at=utc_now())
    addresses = ENTRANCES | {
        "invited": links.invite("Ann", role="viewer", at=utc_now(), made_by=boss).path,
        "new-password": links.reset_link(boss, at=utc_now()).path,
    }
    assert faults_of(addresses, role=None) == []
    # Chromium counts the answer 410 of a link that does not work as an error.
    complaints[:] = [line for line in complaints if "410" not in line]


def test_every_page_of_settings_and_people_is_sound_in_both_themes_wide_and_narrow(world, faults_of):
    boss = add_person("boss", role="admin", at=utc_now(), password=PASSWORD)
    team = add_team("desk", at=utc_now())
    team.members.add(boss)
    links.invite("Ann", role="viewer", at=utc_now(), made_by=boss)
    write_tokens_and_entries(boss)
    addresses = {
        "settings": "/settings/",
        "security": "/settings/security/",
        "sessions": "/settings/sessions/",
        "tokens": "/settings/tokens/",
        "audit": "/audit/",
        "audit-none": "/audit/?actor=Nobody+there",
        "people": "/people/",
        "person": f"/people/{boss.pk}/",
        "team": f"/people/teams/{team.pk}/",
        "password-first": "/settings/security/password/first/",
        "sign-out": "/account/logout/",
    }
    assert faults_of(addresses) == []


def write_tokens_and_entries(boss):
    """Tokens that live, expired and were taken back, and changes of each kind of actor."""
    at = utc_now()
    for name, scope, age, days in (
        ("bot", "read", 1, 90),
        ("ci", "write", 40, 30),
        ("old", "admin", 90, None),
    ):
        made = at - timedelta(days=age)
        add_token(
            name,
            person=boss if name == "ci" else person_with("admin"),
            scope=scope,
            expires_at=made + timedelta(days=days) if days else None,
            at=made,
        )
    revoke(find_token("old"), at=at)
    limits = {"share": 25, "limits": {"max_drop_r": "0.1", "min_signals": 30}}
    for name, action, subject, details in (
        ("command line: ada", "venue.add", "binance", {"exchange": "binance"}),
        (
            "boss, by token ci hg_3f9a1c07…",
            "strategy.promote",
            "A strategy of a rather long name v12",
            limits,
        ),
        ("nobody", "sign-in.failed", "a name that nobody has", {"from": "192.0.2.7"}),
    ):
        record(Actor(name), action, subject, details, at=at)
