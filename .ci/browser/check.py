"""Drives pages in a headless Chromium: what they must do for a person, and what they must never do.

Usage: check.py --chromium PATH [--pictures DIRECTORY] KIND:FILE ...
A kind is a function of KINDS, which is given the page beyond what holds for every page; "page" has nothing beyond it.
"""

import argparse
import pathlib
import sys
import time

import axe_playwright_python
from playwright.sync_api import Error, expect, sync_playwright

AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
MEBIBYTES, SECONDS = 15, 2.0
REPORTED, LONGEST = 30, 400
VIEWS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1200, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1200, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}, "has_touch": True},
}
VISIBLE = "element => element.checkVisibility({visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: false})"


class Failures(list):
    def expect(self, condition, message):
        if not condition:
            self.append(message)


class Watch:
    """All that a page may not do while it is driven."""

    def __init__(self, context, file, failures):
        self.page = context.new_page()
        uri = file.absolute().as_uri()
        self.page.add_init_script("addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective))")
        self.page.on("console", lambda line: failures.expect(line.type not in ("error", "warning"), f"console: {line.text}"))
        self.page.on("pageerror", lambda error: failures.append(f"error of the script: {error}"))
        self.page.on("dialog", lambda dialog: (failures.append(f"a text ran: {dialog.message}"), dialog.dismiss()))
        self.page.on(
            "request",
            lambda request: failures.expect(request.url == uri or request.url.startswith("data:"), f"request: {request.url[:100]}"),
        )
        self.page.goto(uri)


def load_seconds(page):
    return page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd / 1000")


def shown(locator):
    return locator.evaluate_all(f"all => all.filter({VISIBLE}).length")


def accessible(page, part, where, failures):
    page.evaluate(AXE)
    found = page.evaluate("part => axe.run(part, {resultTypes: ['violations']})", part)
    for violation in found["violations"]:
        if violation["impact"] in ("serious", "critical"):
            node = violation["nodes"][0]
            failures.append(f"axe, {where}: {violation['id']} ({len(violation['nodes'])} times): {node['html'][:160]} {node['failureSummary']}")


def charts(page, failures):
    drawn = page.locator("svg[role=img]").evaluate_all(
        """all => all.filter(svg => svg.checkVisibility()).map(svg => [svg.getAttribute('aria-label'),
             Array.from(svg.querySelectorAll('path, circle')).some(line => {
               const box = line.getBoundingClientRect();
               return box.width + box.height > 0 && getComputedStyle(line).stroke + getComputedStyle(line).fill !== 'nonenone';
             }), svg.getBoundingClientRect().height])"""
    )
    failures.expect(drawn, "no chart")
    for label, has_lines, height in drawn:
        failures.expect(has_lines and height > 20, f"chart not drawn: {label}")


def fits(page, failures):
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    failures.expect(width <= 0, f"{width} pixels wider than the window")


def open_details(page):
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")


def every_page(page, view, failures):
    fits(page, failures)
    open_details(page)
    charts(page, failures)
    fits(page, failures)
    accessible(page, "html", "everything open", failures)
    failures.expect(page.title() != "ran", "a text ran")


def slider(page, failures):
    """By keyboard, mouse and touch; what is visible of the first pair follows."""
    wipe, pair = page.get_by_label("Left of the line before"), page.locator(".two").first
    before, after = pair.locator("img").nth(0), pair.locator("img").nth(1)
    pair.scroll_into_view_if_needed()
    box = before.bounding_box()
    looks = {}
    for key in ("Home", "End"):
        wipe.press(key)
        looks[key] = page.screenshot(clip=box)
    failures.expect(looks["Home"] != looks["End"], "slider: the ends look the same")
    failures.expect(box == after.bounding_box(), "slider: the pictures of a pair do not lie on each other")
    place = (box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    if page.evaluate("navigator.maxTouchPoints > 0"):
        page.touchscreen.tap(*place)
    else:
        page.mouse.move(box["x"] + 2, place[1])
        page.mouse.down()
        page.mouse.move(*place, steps=4)
        page.mouse.up()
    failures.expect(abs(int(wipe.input_value()) - 25) <= 1, f"slider: a quarter of the picture is {wipe.input_value()} %")
    look = page.screenshot(clip=box)
    failures.expect(look not in looks.values(), "slider: a quarter looks like an end")
    page.get_by_label("side by side").check()
    side_by_side(page, "by choice", failures)
    page.get_by_label("side by side").uncheck()


def side_by_side(page, when, failures):
    pair = page.locator(".two").first
    before, after = pair.locator("img").nth(0).bounding_box(), pair.locator("img").nth(1).bounding_box()
    failures.expect(before["x"] + before["width"] <= after["x"], f"{when}: the pictures of a pair are not side by side")
    clipped = pair.locator("img").nth(1).evaluate("image => getComputedStyle(image).clipPath")
    failures.expect(clipped == "none", f"{when}: the picture after is cut")


def explorer(page, failures):
    """Grows the tree by keys from the noise to the advantages, and looks at a node."""
    stage, tree = page.locator(".stage"), page.locator(".tree:not([hidden])")
    nodes, judged = tree.locator(".node"), tree.locator(".advantage")
    total, captions = nodes.count(), set()
    stage.press("Home")
    failures.expect(shown(nodes) == 1, f"explorer: {shown(nodes)} nodes at the start, not the noise alone")
    counts = []
    while True:
        counts.append((shown(nodes), shown(judged), tree.locator(".unjudged").count()))
        captions.add(page.locator(".caption").inner_text())
        if stage.input_value() == stage.get_attribute("max"):
            break
        stage.press("ArrowRight")
    failures.expect(len(captions) == len(counts), "explorer: two stages have the same caption")
    failures.expect(counts == sorted(counts, key=lambda count: (count[0], count[1], -count[2])), f"explorer: stages go back: {counts}")
    failures.expect(counts[-1][:2] == (total, judged.count()) and judged.count() > 0, f"explorer: not all is shown at the end: {counts[-1]}")
    full = [count for count in counts if count[0] == total]
    failures.expect(len(full) > 3 and full[0][1] == 0, "explorer: advantages are there before the tree is scored")
    page.locator(".back").click()
    failures.expect(shown(judged) < judged.count(), "explorer: a stage back shows as much")
    page.locator(".on").click()

    nodes.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    failures.expect(dialog.count() == 1, "explorer: Enter opens no node")
    text = dialog.inner_text()
    for part in ("branch 1", "path", "denoising step", "advantage", "Siblings", "Grew into"):
        failures.expect(part in text, f"explorer: a node's view lacks {part}: {text}")
    image = dialog.locator("img.large")
    failures.expect(image.bounding_box()["width"] > 200 and image.evaluate("image => image.naturalWidth > 0"), "explorer: no large picture")
    fits(page, failures)
    accessible(page, "dialog", "a node open", failures)
    page.keyboard.press("Escape")
    failures.expect(dialog.count() == 0, "explorer: Escape does not close a node")
    failures.expect(page.evaluate("document.activeElement.dataset.path") == "1", "explorer: the focus does not come back to the node")
    nodes.last.locator("rect").click()
    failures.expect("score" in dialog.inner_text(), "explorer: a click on a leaf shows no score")
    dialog.get_by_role("button", name="Close").click()

    rounds = page.locator(".explorer select option")
    failures.expect(2 <= rounds.count() <= 5, f"explorer: a choice of {rounds.count()} rounds")
    last = page.locator(".explorer select").input_value()
    page.locator(".explorer select").select_option(index=0)
    failures.expect(tree.count() == 1 and tree.get_attribute("data-round") == "1", "explorer: round 1 cannot be chosen")
    failures.expect(shown(tree.locator(".node")) == tree.locator(".node").count(), "explorer: round 1 is not shown whole")
    page.locator(".explorer select").select_option(last)


def printed(page, failures):
    """On paper all is there, whatever the controls say."""
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = false; })")
    page.locator(".stage").press("Home")
    page.emulate_media(media="print")
    tree = page.locator(".tree:not([hidden])")
    for part in (".node", ".node image", ".advantage", "path"):
        failures.expect(shown(tree.locator(part)) == tree.locator(part).count(), f"print: not all of the tree's {part}")
    failures.expect(shown(page.locator(".controls")) == 0, "print: controls")
    side_by_side(page, "print", failures)
    pairs = page.locator(".pair img")
    failures.expect(shown(pairs) == pairs.count(), f"print: {shown(pairs)} of {pairs.count()} pictures of pairs")
    failures.expect(page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", "print: paper is not white")
    page.emulate_media(media="screen")


def report(page, view, failures):
    slider(page, failures)
    explorer(page, failures)
    if view != "phone":
        printed(page, failures)


def nights(page, view, failures, days=30):
    """A row a night, with pictures that are there and a way to its report; by keyboard too."""
    rows = page.locator(".nights > tbody > tr")
    failures.expect(rows.count() == days + 1, f"nights: {rows.count()} rows, not {days} and the base")
    failures.expect(page.locator(".nights a").count() > .95 * days, "nights: rows without a link to their reports")
    failures.expect(page.locator(".nights .spark").count() > .95 * days, "nights: rows without a sparkline")
    broken = page.locator(".nights img").evaluate_all("all => all.filter(image => image.naturalWidth === 0).length")
    failures.expect(broken == 0, f"nights: {broken} pictures are not there")
    page.locator(".nights summary").first.focus()
    page.keyboard.press("Enter")
    failures.expect(page.locator(".nights details[open] .gate tr").count() > 5, "nights: Enter does not open the rules of a night")


def year(page, view, failures):
    nights(page, view, failures, days=365)
    fits(page, failures)


KINDS = {"page": None, "comparison": None, "report": report, "nights": nights, "year": year}
# What a shorter page of the same kind is looked at for.
SHORTLY = {"year"}


def without_script(browser, file, failures):
    """A report where no script runs: nothing that does not work, and all the rest."""
    context = browser.new_context(java_script_enabled=False, **VIEWS["light"])
    page = Watch(context, file, failures).page
    failures.expect(page.locator(".controls:visible").count() == 0, "without script: controls that do nothing")
    failures.expect(page.locator(".tree:visible").count() == 1, "without script: no tree")
    side_by_side(page, "without script", failures)
    context.close()


def motion(browser, file, failures):
    """Play grows the tree by itself, and is not offered to those who want less motion."""
    for motion_wanted in ("no-preference", "reduce"):
        context = browser.new_context(reduced_motion=motion_wanted, **VIEWS["light"])
        page = Watch(context, file, failures).page
        play, stage = page.locator(".play"), page.locator(".stage")
        moving = page.locator(".tree:not([hidden]) .node").first.evaluate("node => getComputedStyle(node).transitionDuration !== '0s'")
        wanted = motion_wanted == "no-preference"
        failures.expect(moving == wanted and play.is_visible() == wanted, f"motion {motion_wanted}: play or transitions")
        if wanted:
            play.click()
            expect(stage).to_have_value("1")
            play.click()
            failures.expect(play.inner_text() == "Play" and int(stage.input_value()) < int(stage.get_attribute("max")), "play cannot be stopped")
        context.close()


def forbidden(browser, file, failures):
    """The policy does what it says: neither a smuggled script nor a picture from elsewhere."""
    page = browser.new_page()
    page.goto(file.absolute().as_uri())
    violated = page.evaluate(
        """async () => {
          const violated = [];
          addEventListener('securitypolicyviolation', event => violated.push(event.effectiveDirective));
          const script = document.createElement('script');
          script.textContent = 'document.title = "ran"';
          const button = document.createElement('button');
          button.setAttribute('onclick', 'document.title = "ran"');
          const image = new Image();
          image.src = 'https://example.invalid/picture.png';
          document.body.append(script, button, image);
          button.click();
          await new Promise(resolve => setTimeout(resolve, 100));
          return violated.sort();
        }"""
    )
    failures.expect(violated == ["img-src", "script-src-attr", "script-src-elem"], f"the policy forbids {violated} alone")
    failures.expect(page.title() != "ran", "a smuggled script ran")
    page.close()


def check(browser, kind, file, pictures):
    failures = Failures()
    size = file.stat().st_size / 2**20
    failures.expect(size <= MEBIBYTES, f"{size:.1f} MiB, more than {MEBIBYTES}")
    seconds = []
    for view, options in VIEWS.items():
        of_view = Failures()
        context = browser.new_context(reduced_motion="reduce", **options)
        page = Watch(context, file, of_view).page
        seconds.append(load_seconds(page))
        if pictures:
            page.screenshot(path=pictures / f"{file.parent.name}-{view}.png", full_page=True)
        try:
            if KINDS[kind]:
                KINDS[kind](page, view, of_view)
            if kind not in SHORTLY:
                every_page(page, view, of_view)
        except Error as error:
            of_view.append(f"the check stopped: {error}")
        context.close()
        failures += [f"{view}: {failure}" for failure in of_view]
    forbidden(browser, file, failures)
    failures.expect(min(seconds) <= SECONDS, f"loads in {min(seconds):.1f} s, more than {SECONDS} s")
    if kind == "report":
        without_script(browser, file, failures)
        motion(browser, file, failures)
    return failures, f"{size:.1f} MiB, loaded in {min(seconds):.2f} s"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--chromium", required=True)
    arguments.add_argument("--pictures", type=pathlib.Path)
    arguments.add_argument("pages", nargs="+")
    options = arguments.parse_args()
    failed = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        for page in options.pages:
            kind, _, file = page.partition(":")
            if kind not in KINDS:
                sys.exit(f"browser: {page}: a kind of {', '.join(KINDS)} before the colon")
            start = time.monotonic()
            failures, summary = check(browser, kind, pathlib.Path(file), options.pictures)
            print(f"browser: {kind} {pathlib.Path(file).parent.name}: {summary}, checked in {time.monotonic() - start:.0f} s")
            for failure in list(dict.fromkeys(failures))[:REPORTED]:
                print(f"browser: {page}: {failure[:LONGEST]}", file=sys.stderr)
            failed |= bool(failures)
        browser.close()
    sys.exit(1 if failed else 0)


main()
