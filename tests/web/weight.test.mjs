// Quick at first sight and with much in it: what is loaded, and how much of a long list is there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { heading, openBrowser, person, sees, signedIn, until } from './browser.mjs';
import { openStage } from './stage.mjs';

const mostBytes = 250_000;
const mostRows = 60;
const policies = 10_000;
// What waits is refused by a policy, and tried again all the while.
const queued = Number(process.env.QUEUED ?? 100_000);

let stage, browser;
before(async () => {
  stage = await openStage({ partners: ['no-starttls'], routes: ['corp.example'] });
  await stage.user({ name: 'root', grants: ['*:administrator'] });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stage?.close();
});

/** What the page has over the network from now on, in bytes as sent. */
async function countBytes({ page, context }) {
  const protocol = await context.newCDPSession(page);
  const seen = { total: 0, policies: [] };
  await protocol.send('Network.enable');
  protocol.on('Network.loadingFinished', ({ encodedDataLength }) => {
    seen.total += encodedDataLength;
  });
  return seen;
}

test('the first load is less than 250 kB', async () => {
  const stranger = await person(browser, { base: stage.web });
  const bytes = await countBytes(stranger);
  await stranger.page.goto('/');
  await heading(stranger.page, 'Sign in');
  await stranger.page.waitForLoadState('networkidle');
  assert(bytes.total > 50_000 && bytes.total < mostBytes, `${bytes.total} bytes`);
  await stranger.close();
});

test('the pages are served with a strict content security policy, and live by it', async () => {
  const stranger = await person(browser, { base: stage.web });
  const answer = await stranger.page.goto('/sign-in');
  const policy = answer.headers()['content-security-policy'];
  assert.match(policy, /default-src 'none'|default-src 'self'/);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.doesNotMatch(policy, /unsafe-eval|\*/);
  await heading(stranger.page, 'Sign in');
  assert.equal(
    await stranger.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.smuggled = true';
      document.head.append(script);
      return window.smuggled;
    }),
    undefined,
  );
  await until(() => stranger.faults.length === 1);
  assert.match(stranger.faults.pop(), /Content Security Policy/);
  await stranger.close();
});

const table = (page) => page.getByRole('table');
const rowsIn = (page) => table(page).getByRole('row').count();

/** Scrolls to the end again and again, until the last row is there; never are all rows there. */
async function scrollsThrough(page, total) {
  const last = page.locator(`[aria-rowindex="${total + 1}"]`);
  await until(async () => {
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    assert((await rowsIn(page)) < mostRows);
    return (await last.count()) === 1;
  }, 60_000);
}

/** Notes the longest time between two pictures that the page gave its window. */
const watchFrames = (page) =>
  page.evaluate(() => {
    window.longestFrame = 0;
    let last = performance.now();
    const tick = (now) => {
      window.longestFrame = Math.max(window.longestFrame, now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
const longestFrame = (page) => page.evaluate(() => Math.round(window.longestFrame));

test(`a page with ${policies} policies holds few rows, finds each at once, and scrolls on`, async (context) => {
  const names = Array.from(
    { length: policies },
    (_, number) => `partner${String(number).padStart(5, '0')}.example`,
  );
  await stage.cli({ words: ['policy', 'import', '-', '--mode', 'strict'], stdin: `${names.join('\n')}\n` });
  const root = await signedIn(browser, stage, 'root', '/a/main/policies');
  await sees(root.page, '10,000 policies');
  assert((await rowsIn(root.page)) < mostRows);
  const begin = Date.now();
  await root.page.getByLabel('Search').fill('partner09876');
  await sees(root.page, 'partner09876.example');
  await sees(root.page, '1 policy');
  context.diagnostic(`found in ${Date.now() - begin} ms`);
  await root.page.getByLabel('Search').fill('partner095');
  await sees(root.page, '100 policies');
  await root.page.getByLabel('Search').fill('partner09');
  await sees(root.page, '1,000 policies');
  await watchFrames(root.page);
  await scrollsThrough(root.page, 1_000);
  await sees(root.page, 'partner09999.example');
  context.diagnostic(`longest frame ${await longestFrame(root.page)} ms`);
  await root.close();
});

test(`a queue of ${queued} messages comes page by page, and stays quick`, async (context) => {
  await stage.cli({ words: ['policy', 'add', 'no-starttls.example', '--mode', 'strict', '--no-probe'] });
  await stage.flood({ sender: 'anna@corp.example', recipient: 'bob@no-starttls.example', count: queued });
  const root = await signedIn(browser, stage, 'root', '/a/main/tasks');
  await heading(root.page, 'Tasks');
  const asked = [];
  root.page.on('response', async (answer) => {
    if (!answer.url().includes('/queue?')) return;
    await answer.finished();
    asked.push({ url: answer.url(), took: answer.request().timing().responseEnd });
  });
  await watchFrames(root.page);
  const begin = Date.now();
  await root.page.getByRole('link', { name: 'Queue' }).click();
  await sees(root.page, `${queued.toLocaleString('en')} messages in the queue`);
  await root.page.getByText('does not offer STARTTLS').first().waitFor();
  const opened = Date.now() - begin;
  assert((await rowsIn(root.page)) < mostRows);
  for (let pages = 2; pages <= 8; pages += 1) await scrollsThrough(root.page, pages * 100);
  assert(asked.filter(({ url }) => url.includes('after=')).length >= 7, 'all came at once');
  await root.page.getByLabel('To the domain').fill('nobody.example');
  await sees(root.page, 'Nothing waits there.');
  const slowest = Math.max(...asked.map(({ took }) => took));
  const longest = await longestFrame(root.page);
  // Told, not asserted: how long it takes is the machine's business as well.
  context.diagnostic(
    `opened in ${opened} ms, slowest page ${Math.round(slowest)} ms, longest frame ${longest} ms`,
  );
  await root.close();
});
