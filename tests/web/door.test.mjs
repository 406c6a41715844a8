// Who comes in, and what they find there.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';

import { heading, isAccessible, openBrowser, person, press, sees, signedIn, signIn } from './browser.mjs';
import { openStage } from './stage.mjs';

let stage, browser;
before(async () => {
  stage = await openStage({ partners: ['trusted'] });
  await stage.user({ name: 'root', grants: ['*:administrator'] });
  await stage.user({ name: 'vera', grants: ['main:viewer'] });
  await stage.user({ name: 'carl', grants: ['main:administrator'] });
  await stage.cli({ words: ['account', 'add', 'other', '--title', 'Other Inc'] });
  await stage.cli({ words: ['policy', 'add', 'trusted.example', '--no-probe', '--note', 'for the viewer'] });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stage?.close();
});

/** What an authenticator shows (RFC 6238), `later` periods of 30 seconds from now. */
function sixDigits(secret, later = 0) {
  const bits = [...secret]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const digest = createHmac('sha1', key).update(time).digest();
  const place = digest.at(-1) & 15;
  return String((digest.readUInt32BE(place) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('a wrong password is refused, and a page that was asked for opens after the right one', async () => {
  const { page, close } = await person(browser, { base: stage.web });
  await page.goto('/a/main/audit');
  await heading(page, 'Sign in');
  await page.getByLabel('Name', { exact: true }).fill('vera');
  await page.getByLabel('Password', { exact: true }).fill('wrong horse battery');
  await press(page, 'Sign in');
  await page.getByRole('alert').waitFor();
  await isAccessible(page, 'sign-in with a wrong password');
  await page.getByLabel('Password', { exact: true }).fill(stage.password);
  await press(page, 'Sign in');
  await heading(page, 'Audit log');
  await close();
});

test('a second factor, once switched on, is asked for after the password', async () => {
  const carl = await signedIn(browser, stage, 'carl', '/a/main/settings/own');
  await press(carl.page, 'Set up');
  const secret = await carl.page.getByText(/^[A-Z2-7]{16,}$/).innerText();
  await isAccessible(carl.page, 'second-factor');
  await carl.page.getByLabel('Six digits that it shows now').fill(sixDigits(secret));
  await press(carl.page, 'Switch on');
  await sees(carl.page, 'Switched on');
  await carl.page.getByRole('button', { name: 'Signed in as carl' }).click();
  await carl.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await heading(carl.page, 'Sign in');

  await signIn(carl.page, 'carl', stage.password);
  await heading(carl.page, 'Second factor');
  await isAccessible(carl.page, 'sign-in-totp');
  await carl.page.getByLabel('Six digits').fill(sixDigits(secret));
  await press(carl.page, 'Sign in');
  await carl.page.getByRole('alert').waitFor(); // a code is good once
  await carl.page.getByLabel('Six digits').fill(sixDigits(secret, 1));
  await press(carl.page, 'Sign in');
  await carl.page.getByRole('button', { name: 'Signed in as carl' }).waitFor();
  await carl.close();
});

const changes =
  /^(Add|Remove|Edit|Change|Import|Validate$|Test|Retry|Hold|Release|Recalculate|Finish|Promote|Save|Throw|Keep|Look again)/;

let vera;
for (const [at, title] of [
  ['tasks', 'Tasks'],
  ['tasks/validate-domains', 'Validate Your Domains'],
  ['tasks/inbound', 'Prepare for Inbound Email'],
  ['tasks/outbound', 'Set Up Your Outbound Email'],
  ['tasks/tls-policies/start', 'Set Up Your TLS Policies'],
  ['tasks/tls-policies/validate', 'Set Up Your TLS Policies'],
  ['tasks/tls-policies/domains', 'Set Up Your TLS Policies'],
  ['tasks/tls-policies/review', 'Set Up Your TLS Policies'],
  ['policies', 'Policies'],
  ['partners/trusted.example', 'trusted.example'],
  ['queue', 'Queue'],
  ['settings/account', 'Settings'],
]) {
  test(`a viewer sees no button that changes anything in ${at}`, async () => {
    vera ??= await signedIn(browser, stage, 'vera', '/');
    await vera.page.goto(`/a/main/${at}`);
    await heading(vera.page, title);
    await vera.page.getByText('Loading …').first().waitFor({ state: 'detached' });
    const names = await vera.page
      .getByRole('button')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? one.innerText));
    assert.deepEqual(
      names.filter((name) => changes.test(name)),
      [],
    );
    assert.deepEqual(vera.faults, []);
  });
}

test('an account without a role in it is like one that does not exist', async () => {
  vera ??= await signedIn(browser, stage, 'vera', '/');
  await vera.page.goto('/a/other/policies');
  await vera.page.getByRole('alert').first().waitFor();
  assert.doesNotMatch(await vera.page.locator('body').innerText(), /Other Inc/);
  const root = await signedIn(browser, stage, 'root', '/a/main/policies');
  await root.page.getByRole('button', { name: /choose another/ }).click();
  await root.page.getByRole('menuitem', { name: /Other Inc/ }).click();
  await root.page.getByText('No policy yet.').waitFor();
  await vera.close();
  await root.close();
});
