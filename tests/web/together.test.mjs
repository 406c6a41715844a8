// Several people and the command line, at once: one source of truth, and everybody sees who did what.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { heading, openBrowser, press, sees, signedIn, until } from './browser.mjs';
import { openStage } from './stage.mjs';

let stage, browser;
before(async () => {
  stage = await openStage({ partners: ['trusted', 'unsigned'], routes: ['corp.example'] });
  for (const name of ['anna', 'bert']) await stage.user({ name, grants: ['main:administrator'] });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stage?.close();
});

const TLS = '/a/main/tasks/tls-policies';
const item = (page, text) => page.getByRole('listitem').filter({ hasText: text });

test('a change by the command line appears at once in an open page, with who made it', async () => {
  const anna = await signedIn(browser, stage, 'anna', '/a/main/policies');
  await sees(anna.page, 'No policy yet.');
  await stage.cli({ words: ['policy', 'add', 'trusted.example', '--mode', 'strict', '--no-probe'] });
  await anna.page.getByRole('row').filter({ hasText: 'trusted.example' }).waitFor();
  await anna.page
    .getByRole('alert')
    .filter({ hasText: /added .*trusted\.example.*\(command line\)/ })
    .waitFor();
  await stage.cli({ words: ['policy', 'remove', 'trusted.example'] });
  await sees(anna.page, 'No policy yet.');
  await anna.close();
});

test('two administrators work on one draft, and each sees what the other does', async () => {
  const anna = await signedIn(browser, stage, 'anna', `${TLS}/validate`);
  const bert = await signedIn(browser, stage, 'bert', `${TLS}/start`);
  await heading(bert.page, 'Set Up Your TLS Policies');
  await anna.page.getByLabel('Internal Email Address').fill('anna@corp.example');
  await press(anna.page, 'Test');
  await until(() => anna.page.getByRole('button', { name: 'Next' }).isEnabled());
  await bert.page.getByText(/Draft last changed by .*anna/).waitFor();

  await press(anna.page, 'Next');
  await bert.page.goto(`${TLS}/domains`);
  await press(bert.page, 'Add External Domains');
  await bert.page.getByLabel('External domains', { exact: true }).fill('trusted.example');
  await press(bert.page, 'Continue');
  await item(anna.page, 'trusted.example').getByText('Ready: strict').first().waitFor();
  await anna.page.getByText(/Draft last changed by .*bert/).waitFor();
  await press(anna.page, 'Add');
  await item(bert.page, 'trusted.example').getByText('Added', { exact: true }).waitFor();
  await press(bert.page, 'Finish');
  await bert.page.getByRole('region', { name: 'What will change' }).waitFor();
  await press(bert.page, 'Finish');
  await bert.page.getByRole('heading', { name: 'In force' }).waitFor();
  // The draft is gone for her, too, and what it held is in force.
  await item(anna.page, 'trusted.example').getByText('Added', { exact: true }).waitFor({ state: 'detached' });
  await anna.page.goto(`${TLS}/start`);
  await anna.page.getByRole('row').filter({ hasText: 'trusted.example' }).waitFor();

  await anna.page.goto('/a/main/audit');
  await anna.page.getByText(/bert/).first().waitFor();
  await anna.close();
  await bert.close();
});

test('a page whose gateway is gone says so', async () => {
  const anna = await signedIn(browser, stage, 'anna', '/a/main/overview');
  await heading(anna.page, 'Overview');
  await until(() => anna.hearsOfChanges());
  stage.web = await stage.restart();
  await sees(anna.page, 'Connection lost, trying again');
  assert(await anna.page.getByRole('heading', { name: 'Overview' }).isVisible());
  await anna.context.close();
});
