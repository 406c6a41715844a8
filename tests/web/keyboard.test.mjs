// The wizard by keyboard alone: Tab, Space, Enter, Escape, and what one types.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { heading, openBrowser, signedIn, story, until } from './browser.mjs';
import { openStage } from './stage.mjs';

let stage, browser, anna, page;
const step = story(() => [anna].filter(Boolean));

before(async () => {
  stage = await openStage({ partners: ['trusted', 'no-starttls'], routes: ['corp.example'] });
  await stage.user({ name: 'anna', grants: ['*:administrator'] });
  browser = await openBrowser();
  anna = await signedIn(browser, stage, 'anna', '/a/main/tasks');
  page = anna.page;
  await heading(page, 'Tasks');
});
after(async () => {
  await browser?.close();
  await stage?.close();
});

const key = (...keys) =>
  keys.reduce((before, one) => before.then(() => page.keyboard.press(one)), Promise.resolve());

/** The name of what has the focus, as a reader would say it. */
const focused = () =>
  page.evaluate(() => {
    const element = document.activeElement;
    const label = element?.labels?.[0]?.innerText;
    return (element?.getAttribute('aria-label') ?? label ?? element?.innerText ?? '').trim();
  });

/** Presses Tab until something with this name has the focus, and is seen to have it. */
async function tabTo(name, way = 'Tab') {
  await until(async () => {
    await key(way);
    const now = await focused();
    return typeof name === 'string' ? now === name : name.test(now);
  });
  const ring = await page.evaluate(() => {
    const { outlineStyle, boxShadow, borderColor } = getComputedStyle(document.activeElement);
    return outlineStyle !== 'none' || boxShadow !== 'none' || borderColor;
  });
  assert(ring, `nobody sees that ${name} has the focus`);
}

const disappears = () => page.getByRole('dialog').waitFor({ state: 'hidden' });

step('the first Tab offers to skip to the content', async () => {
  await key('Tab');
  assert.equal(await focused(), 'Skip to the content');
  await key('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
});

step('a task opens with Enter, and its title has the focus', async () => {
  await tabTo(/Optional \| Set Up Your TLS Policies/);
  await key('Enter');
  await heading(page, 'Set Up Your TLS Policies');
  await until(async () => (await focused()) === 'Set Up Your TLS Policies');
});

step('a dialog takes the focus, keeps it, and gives it back on Escape', async () => {
  await tabTo('Validate');
  await key('Enter');
  await until(async () => (await focused()).startsWith('Internal Email Address'));
  for (let count = 0; count < 8; count += 1) {
    await key('Tab');
    assert(
      await page.evaluate(() => document.activeElement.closest('[role="dialog"]') !== null),
      'the focus left the dialog',
    );
  }
  await key('Escape');
  await disappears();
  await tabTo('Validate');
  await key('Space');
  await until(async () => (await focused()).startsWith('Internal Email Address'));
  await page.keyboard.type('anna@corp.example');
  await key('Enter');
  await disappears();
});

step('what is refused keeps the focus where it can be mended', async () => {
  await tabTo('Test again', 'Shift+Tab');
  await key('Enter');
  await until(async () => (await focused()).startsWith('Internal Email Address'));
  await key('Control+A');
  await page.keyboard.type('anna@of-somebody-else.example');
  await key('Enter');
  await page.getByRole('dialog').locator('[aria-invalid="true"]').waitFor();
  await until(async () => (await focused()).startsWith('Internal Email Address'));
  await key('Escape');
  await disappears();
});

step('the results open with Space, and Next goes on', async () => {
  await until(() => page.getByRole('button', { name: 'Next' }).isEnabled());
  await tabTo('Certificate and full dialogue');
  await key('Space');
  await page
    .getByRole('region', { name: /^Dialogue with/ })
    .first()
    .waitFor();
  await tabTo('Next');
  await key('Enter');
});

step('domains are added, confirmed, taken and put in force', async () => {
  await tabTo('Add External Domains');
  await key('Enter');
  await until(async () => (await focused()).startsWith('External domains'));
  await page.keyboard.type('trusted.example');
  await key('Enter');
  await page.keyboard.type('no-starttls.example');
  await key('Enter');
  await page.keyboard.type('not a domain');
  await tabTo('Continue');
  await key('Enter');
  await disappears();
  await page.getByText('It will only be monitored').waitFor();
  await tabTo('Remove not a domain');
  await key('Enter');
  await page.getByText('Invalid Domain').waitFor({ state: 'detached' });
  await tabTo(/^I know this and want it enforced/);
  await key('Space');
  await page.getByText('It will be enforced all the same').waitFor();
  await tabTo('Add', 'Shift+Tab');
  await key('Enter');
  await page.getByText('Added', { exact: true }).nth(1).waitFor();
  await tabTo('Finish');
  await key('Enter');
  await page.getByRole('region', { name: 'What will change' }).waitFor();
  await tabTo('Finish');
  await until(() => page.getByRole('button', { name: 'Finish' }).isEnabled());
  await key('Enter');
  await page.getByRole('heading', { name: 'In force' }).waitFor();
  assert.match(await stage.cli({ words: ['policy', 'list'] }), /no-starttls\.example/);
});

step('menus open, move by arrows and close by Escape', async () => {
  await tabTo(/^Signed in as anna/, 'Shift+Tab');
  await key('Enter');
  await until(async () => (await focused()) === 'Password and second factor');
  await key('ArrowDown');
  await until(async () => (await focused()) === 'Sign out');
  await key('Escape');
  await until(async () => /^Signed in as anna/.test(await focused()));
});

step('and the pages have no faults', () => anna.close());
