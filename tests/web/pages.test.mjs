// Each page and dialog in light and dark, at a desk and on a phone: axe-core finds nothing, nothing
// sticks out, and a picture of it is kept in build/screenshots.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { isAccessible, openBrowser, person, pictures, seenAs, signedIn, until } from './browser.mjs';
import { outside, pages } from './pages.mjs';
import { openStage } from './stage.mjs';

const looks = [
  { scheme: 'light', width: 1280, height: 900 },
  { scheme: 'dark', width: 1280, height: 900 },
  { scheme: 'light', width: 390, height: 844 },
  { scheme: 'dark', width: 390, height: 844 },
];
const chosen = process.env.PAGES?.split(',');
const isWanted = ({ name }) => !chosen || chosen.includes(name);

let stage, browser;
before(async () => {
  stage = await openStage({ partners: ['trusted', 'self-signed', 'no-starttls', 'several-mx'] });
  const cli = (...words) => stage.cli({ words });
  await stage.user({ name: 'root', grants: ['*:administrator'] });
  await cli('domain', 'add', 'new.example');
  await cli('policy', 'add', 'trusted.example', '--mode', 'strict', '--note', 'Contract 4711');
  await cli('policy', 'add', 'several-mx.example', '--mode', 'strict');
  await cli('policy', 'add', 'self-signed.example', '--mode', 'relaxed');
  await cli('policy', 'add', 'no-starttls.example', '--mode', 'strict', '--stage', 'monitor', '--no-probe');
  await stage.posture({ domain: 'several-mx.example', posture: 'no-starttls' });
  for (const domain of ['trusted.example', 'self-signed.example', 'no-starttls.example']) {
    await stage.send({ sender: 'anna@corp.example', recipient: `bob@${domain}` });
    await stage.wait_mail({ domain });
  }
  await stage.send({ sender: 'anna@corp.example', recipient: 'bob@several-mx.example', count: 3 });
  await until(async () => (await cli('queue', 'list')).includes('starttls-not-supported'));
  browser = await openBrowser();
  await beginDraft();
});
after(async () => {
  await browser?.close();
  await stage?.close();
});

/** A draft with a red route and a removal. */
async function beginDraft() {
  const { page, close } = await signedIn(browser, stage, 'root', '/a/main/tasks/tls-policies/start');
  await page.getByRole('button', { name: 'Remove self-signed.example' }).click();
  await page.goto('/a/main/tasks/tls-policies/validate');
  await page.getByLabel('Internal Email Address').fill('anna@plant.example');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText('Next is not possible yet').waitFor();
  await close();
}

/** Opens it once, and looks at it in every scheme and width: what bends with the window bends here. */
async function lookAt({ page, faults: seen }, { name, at, then, dialog = false }) {
  await seenAs(page, looks[0]);
  await page.goto(at);
  await then(page);
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
  assert.deepEqual([...faults, ...seen.splice(0)], []);
}

let stranger, root;
for (const one of outside.filter(isWanted)) {
  test(`${one.name} is for everybody`, async () => {
    stranger ??= await person(browser, { base: stage.web });
    await lookAt(stranger, one);
  });
}
for (const one of pages.filter(isWanted)) {
  test(`${one.name} is for everybody`, async () => {
    root ??= await signedIn(browser, stage, 'root', '/');
    await lookAt(root, one);
  });
}
