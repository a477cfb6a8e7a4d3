"""Every view in either theme, on a large and on a small screen, and by keyboard."""

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe

from browsing.reader import DESKTOP, PHONE
from harness.client import COMPLETED, FAILED
from harness.identifiers import uuid7

SCREENS = [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")]


def findings(reader) -> list[str]:
    """What axe-core finds, by rule and element."""
    # Targets of 24 pixels, or as far from each other, are asked for by WCAG 2.2 (2.5.8, level AA).
    options = {"rules": {"target-size": {"enabled": True}}}
    violations = Axe().run(reader.page, options=options).response["violations"]
    return [f"{one['impact']}: {one['id']}: {one['nodes'][0]['html']}" for one in violations]


def luminance(mark) -> float:
    """The relative luminance of what it is filled with (WCAG 2.2)."""
    text = mark.evaluate("mark => getComputedStyle(mark).fill")
    parts = (int(part) / 255 for part in re.findall(r"\d+", text))
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def fits(reader) -> bool:
    return reader.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("size", "theme"), SCREENS)
def test_nothing_is_found_and_nothing_overflows(history, open_console, size, theme):
    reader = open_console(history.user, size=size, theme=theme)
    assert findings(reader) == [] and fits(reader)
    reader.sign_in()
    reader.rows(50)
    reader.wait_for(".slow")
    assert findings(reader) == [] and fits(reader)
    # One with tasks.
    link = reader.page.locator("#executions tr:has-text('nightly-etl') a").first
    link.click()
    reader.wait_for("svg.neighbours a")
    assert findings(reader) == [] and fits(reader)
    reader.go("#/dashboard")
    reader.wait_for(".tiles")
    assert findings(reader) == [] and fits(reader)
    reader.page.get_by_role("button", name="Keyboard shortcuts").click()
    assert findings(reader) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_failed_is_told_by_lightness_too(client, open_console, theme):
    for status in (COMPLETED, FAILED):
        client.save(status=status, id=uuid7(time.time() - 3 * 86_400))
    reader = open_console(client.user, theme=theme, place="#/dashboard").sign_in()
    reader.wait_for(".tiles")
    lightness = {
        name: luminance(reader.page.locator(f"svg[role=img] rect.{name}").first)
        for name in ("fill-ok", "fill-fault")
    }
    dark, light = sorted(lightness.values())
    assert (light + 0.05) / (dark + 0.05) > 2


def test_a_theme_may_be_chosen_and_stays(history, open_console):
    reader = open_console(history.user, theme="light").sign_in()
    reader.rows(50)
    theme = "() => document.documentElement.dataset.theme"
    assert reader.page.evaluate(theme) == "light"
    for name in ("as the system", "light"):
        reader.page.get_by_role("button", name=f"Theme: {name}").click()
    assert reader.page.evaluate(theme) == "dark"
    reader.page.reload()
    assert reader.page.evaluate(theme) == "dark"


def test_paper_is_light_and_has_nothing_to_press(client, open_console):
    saved = client.save(status=COMPLETED, workflow_id="on paper")
    reader = open_console(client.user, theme="dark").sign_in()
    reader.rows(1)
    reader.go(f"#/executions/{saved.id}")
    reader.wait_for("dl.facts")
    colour = "() => getComputedStyle(document.querySelector('h1')).color"
    on_screen = reader.page.evaluate(colour)
    reader.page.emulate_media(media="print")
    assert reader.page.evaluate(colour) == "rgb(23, 26, 33)" != on_screen
    assert reader.page.get_by_role("heading", name="on paper").is_visible()
    for control in reader.page.get_by_role("button").all():
        assert not control.is_visible()


def test_without_javascript_it_is_told_what_is_needed(server, chromium):
    context = chromium.new_context(ignore_https_errors=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"https://{server.address}/")
    told = page.locator("main")
    assert "needs JavaScript" in told.inner_text() and "/v1" in told.inner_text()
    assert told.get_by_role("heading", name="workflow-history").is_visible()
    context.close()


def test_keys_of_one_letter_can_be_turned_off_and_stay_so(history, open_console):
    reader = open_console(history.user).sign_in()
    first = reader.rows(50)[0]
    page = reader.page
    focused = "() => document.activeElement.closest('tr')?.dataset.id"

    def press_all():
        for key in ("j", "?", "g", "d"):
            page.keyboard.press(key)
        return page.get_by_role("dialog").count(), page.evaluate(focused)

    def turn(is_on: bool):
        page.get_by_role("button", name="Keyboard shortcuts").click()
        page.get_by_label("Shortcuts of single keys").set_checked(is_on)
        page.get_by_role("button", name="Close").click()
        page.evaluate("() => document.activeElement.blur()")

    turn(False)
    assert press_all() == (0, None)
    page.reload()
    reader.sign_in().rows(50)
    assert press_all() == (0, None) and "dashboard" not in reader.place
    turn(True)
    page.keyboard.press("j")
    assert page.evaluate(focused) == first
    for key in ("g", "d"):
        page.keyboard.press(key)
    reader.wait_for("h1:has-text('Dashboard')")


def test_who_goes_on_by_keys_is_told_where_and_keeps_the_place(history, open_console):
    reader = open_console(history.user).sign_in()
    page = reader.page
    page.evaluate(
        """() => {
          window.told = [];
          const tell = () => told.push(announcer.textContent);
          new MutationObserver(tell).observe(announcer, { childList: true });
        }"""
    )

    def wait_for(told: str, focused: str) -> None:
        reader.wait_until("text => told.includes(text)", told)
        reader.wait_until("id => document.activeElement.id === id", focused)
        page.evaluate("() => { told = []; }")

    reader.range_is("1–50 of 100,000")
    reader.wait_until("() => document.activeElement.id === 'main'")
    page.evaluate("() => { told = []; }")
    page.get_by_role("button", name="Older").focus()
    for pages in ("51–100", "101–150"):
        page.keyboard.press("Enter")
        wait_for(f"Executions {pages} of 100,000", "older")
    page.keyboard.press("g")
    page.keyboard.press("d")
    wait_for("Dashboard", "main")
    page.keyboard.press("g")
    page.keyboard.press("e")
    wait_for("Executions", "main")


def test_each_control_shows_that_it_has_the_focus(history, open_console):
    reader = open_console(history.user).sign_in()
    reader.rows(50)
    for _ in range(30):
        reader.page.keyboard.press("Tab")
        focused, outline, shadow, shows_itself = reader.page.evaluate(
            """() => {
              const one = document.activeElement, style = getComputedStyle(one);
              return [one.outerHTML, style.outlineStyle, style.boxShadow, !one.matches(":focus")];
            }"""
        )
        assert not focused.startswith("<body")
        # A field's own button for a calendar is the browser's to draw.
        assert outline != "none" or shadow != "none" or shows_itself, focused
