// Debian's Chromium as a person's browser that nothing escapes: a request that leaves loopback is
// refused, and it fails the test, as do a script error, a violation of the content security policy,
// and whatever axe-core finds.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('../../', import.meta.url));
const need = createRequire(join(home, 'web/package.json'));
const { chromium } = need('playwright-core');
const axe = readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');

/** Where pictures of the pages land; git ignores it. */
export const pictures = join(home, 'build/screenshots');
mkdirSync(pictures, { recursive: true });

const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Every launch has a folder of its own for what a browser remembers. */
export function openBrowser() {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: quiet });
}

const types = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
};

/** With WEB_DIST=web/dist, the pages come from that folder: to try what is not yet in the program. */
async function servePages(route, url) {
  const name =
    existsSync(join(process.env.WEB_DIST, url.pathname)) && url.pathname !== '/'
      ? url.pathname
      : 'index.html';
  const body = readFileSync(join(process.env.WEB_DIST, name));
  await route.fulfill({ body, contentType: types[name.split('.').at(-1)] ?? 'text/plain' });
}

// Answers that a test may provoke are no faults of a page; nor is a stream that ends with its gateway.
const expected =
  /the server responded with a status of 4|net::ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|CONNECTION_RESET)/;

/** Somebody at a browser of their own: a page, and the faults that were seen in it. */
export async function person(browser, { base, scheme = 'light', width = 1280, height = 900 }) {
  const context = await browser.newContext({
    baseURL: base,
    colorScheme: scheme,
    viewport: { width, height },
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(20_000);
  const faults = [];
  await context.route(
    ({ hostname }) => hostname !== '127.0.0.1',
    (route) => {
      faults.push(`asks ${route.request().url()}`);
      return route.abort();
    },
  );
  if (process.env.WEB_DIST) {
    await context.route(
      ({ hostname, pathname }) => hostname === '127.0.0.1' && !pathname.startsWith('/api/'),
      (route) => servePages(route, new URL(route.request().url())),
    );
  }
  const page = await context.newPage();
  // An open stream is no finished resource: only its answer's head can be seen.
  let hears = false;
  page.on('response', (answer) => {
    hears ||= answer.url().endsWith('/events') && answer.ok();
  });
  page.on('pageerror', (error) => faults.push(error.stack ?? String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected.test(message.text())) faults.push(message.text());
  });
  const close = async () => {
    await context.close();
    assert.deepEqual(faults, [], 'the pages have faults');
  };
  return { page, context, faults, close, hearsOfChanges: () => hears };
}

export async function signIn(page, user, password) {
  await page.goto('/sign-in');
  await page.getByLabel('Name', { exact: true }).fill(user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** A signed-in person whose browser stands at an address of the application. */
export async function signedIn(browser, stage, user, at, look = {}) {
  const one = await person(browser, { base: stage.web, ...look });
  const answer = await one.context.request.post('/api/v1/session', {
    data: { user, password: stage.password },
  });
  assert(answer.ok(), await answer.text());
  await one.page.goto(at);
  return one;
}

const looks = [
  { scheme: 'light', width: 1280, height: 900 },
  { scheme: 'dark', width: 1280, height: 900 },
  { scheme: 'light', width: 390, height: 844 },
  { scheme: 'dark', width: 390, height: 844 },
];

/**
 * What a page shows, light and dark, at a desk and on a phone: nothing sticks out, axe-core finds
 * nothing, and a picture of it is kept. It goes on as it came: light, at a desk.
 */
export async function isForEverybody(page, name, { dialog = false } = {}) {
  const faults = [];
  for (const look of looks) {
    const called = `${name}-${look.scheme}-${look.width}`;
    await seenAs(page, look);
    await page.waitForFunction(
      () => document.querySelector('[aria-busy="true"], .mantine-Skeleton-root') === null,
    );
    await page.screenshot({ path: join(pictures, `${called}.png`), fullPage: !dialog });
    await isAccessible(page, called).catch((error) => faults.push(error.message));
  }
  await seenAs(page, looks[0]);
  assert.deepEqual(faults, []);
}

/**
 * Whatever can be pressed or typed into, on the page or in its open dialog, can be reached with Tab.
 * Of radio buttons and tabs one is reached, and the arrows go on from there, as in a menu.
 */
export async function isReachedByKeyboard(page, name) {
  const count = await page.evaluate(() => {
    const kinds = 'a[href], button, input, select, textarea, summary, [role="tab"], [role="menuitem"], label';
    const place = document.querySelector('[role="menu"], [role="dialog"]') ?? document;
    const isOne = (element) =>
      element.matches(`${kinds.replace(', label', '')}, [tabindex="0"]`) &&
      element.checkVisibility({ visibilityProperty: true }) &&
      !element.disabled &&
      !element.matches(
        '[type="radio"]:not(:checked), [role="tab"][aria-selected="false"], [role="menuitem"]',
      );
    window.unreached = new Set([...place.querySelectorAll('*')].filter(isOne));
    const said = (element) => element.getAttribute('aria-label') ?? element.outerHTML.slice(0, 120);
    window.deaf = [...place.querySelectorAll('*')]
      .filter((element) => getComputedStyle(element).cursor === 'pointer')
      .filter(({ parentElement }) => parentElement.closest('.mantine-Checkbox-root') === null)
      .filter((element) => !element.closest(kinds) && !element.querySelector(kinds))
      .map(said);
    document.addEventListener('focusin', ({ target }) => window.unreached.delete(target));
    window.unreached.delete(document.activeElement);
    window.namesUnreached = () => [...window.unreached].filter((one) => one.isConnected).map(said);
    return window.unreached.size;
  });
  for (let pressed = 0; pressed < 2 * count + 10; pressed += 1) {
    await page.keyboard.press('Tab');
    if (pressed >= count - 1 && (await page.evaluate(() => window.unreached.size)) === 0) break;
  }
  assert.deepEqual(
    await page.evaluate(() => [...window.namesUnreached(), ...window.deaf]),
    [],
    `${name}: not by keyboard`,
  );
}

/** The same page as somebody else would see it: another scheme, another width. */
async function seenAs(page, { scheme, width, height }) {
  await page.emulateMedia({ colorScheme: scheme });
  await page.setViewportSize({ width, height });
}

/** What axe-core finds, and whether the page is wider than its window. */
export async function isAccessible(page, name) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes
          .slice(0, 3)
          .map(({ target, failureSummary }) => `${target} ${failureSummary.replace(/\s+/g, ' ')}`)
          .join(' | ')}`,
    );
  });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) found.push(`the page is ${wide} pixels too wide`);
  assert.deepEqual(found, [], `${name} is not for everybody`);
}

export const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor();
export const press = (page, name) =>
  page
    .getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })
    .first()
    .click();
export const sees = (page, text) => page.getByText(text).first().waitFor();

/** Whether it is seen soon: an answer to a click takes its time. */
export const comes = (locator) =>
  locator.waitFor({ timeout: 2_000 }).then(
    () => true,
    () => false,
  );

/** Waits until a question has an answer that satisfies; asking takes time itself. */
export async function until(question, within = 20_000) {
  const end = Date.now() + within;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`it did not come to it in ${within} ms: ${question}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Tests that tell one story, each from where the last one ended: `step` is node's `test` until one
 * fails; then a picture of every open page is kept, and the rest is skipped.
 */
export function story(people) {
  let failed = '';
  return (name, work) =>
    test(name, async (context) => {
      if (failed !== '') return context.skip(`after: ${failed}`);
      try {
        await work();
      } catch (error) {
        failed = name;
        for (const [place, { page, faults }] of people().entries()) {
          const picture = join(pictures, `failed-${name.replace(/\W+/g, '-').slice(0, 60)}-${place}.png`);
          await page.screenshot({ path: picture }).catch(() => undefined);
          context.diagnostic(`at ${page.url()}, seen in ${picture}; faults: ${JSON.stringify(faults)}`);
        }
        throw error;
      }
    });
}
