// The gateway's own certificates, of an authority that cannot be reached: everything but a renewal
// that goes well, which tests/scenarios/test_certificates.py has.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  isForEverybody,
  isReachedByKeyboard,
  openBrowser,
  press,
  sees,
  signedIn,
  until,
} from './browser.mjs';
import { openStage } from './stage.mjs';

const AT = '/a/main/settings/certificates';

let stage, browser;
before(async () => {
  stage = await openStage({
    partners: ['trusted'],
    routes: ['corp.example'],
    changes: {
      acme: { directory: 'https://ca.nowhere.example/dir', agree_to_terms: true },
      tls: { certificate: '', key: '' },
      site: { http: '127.0.0.1:0' },
    },
  });
  await stage.user({ name: 'root', grants: ['*:administrator'] });
  await stage.user({ name: 'mia', grants: ['main:administrator'] });
  await stage.user({ name: 'oscar', grants: ['*:operator'] });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stage?.close();
});

const kept = async () => JSON.parse(await stage.cli({ words: ['certificate', 'list', '--json'] })).kept[0];

test('the page says what is in force, where it is from, and why the authority gave none', async () => {
  const root = await signedIn(browser, stage, 'root', AT);
  await sees(root.page, 'Itself: no authority vouches for it');
  await sees(root.page, 'Got and renewed by the gateway itself');
  await sees(root.page, /The authority did not give one: 1 attempt failed/);
  await sees(root.page, /ca\.nowhere\.example/);
  await isForEverybody(root.page, 'certificates-failed');
  await isReachedByKeyboard(root.page, 'certificates-failed');
  await root.close();
});

test('a renewal by hand is tried at once, and who asked for it stands in the audit log', async () => {
  const root = await signedIn(browser, stage, 'root', AT);
  const before = (await kept()).failures;
  await press(root.page, /^Renew now/);
  await sees(root.page, /The authority was asked/);
  await until(async () => (await kept()).failures > before);
  await sees(root.page, new RegExp(`${before + 1} attempts failed`));
  const audit = await stage.cli({ words: ['audit', 'list', '--json'] });
  assert.match(audit, /certificate\.renew/);
  assert.match(audit, /certificate gateway\.example/);
  await root.close();
});

test('a key is changed by publishing the record of the next one, and the change can be given up', async () => {
  const root = await signedIn(browser, stage, 'root', AT);
  await press(root.page, /^Change the key/);
  await root.page.getByRole('dialog').waitFor();
  await isForEverybody(root.page, 'certificates-roll', { dialog: true });
  await isReachedByKeyboard(root.page, 'certificates-roll');
  await press(root.page, 'Make the next key');
  await sees(root.page, 'The next key waits');
  const next = (await kept()).next_tlsa;
  await root.page.getByText(next, { exact: true }).waitFor();
  await isForEverybody(root.page, 'certificates-next-key');
  await press(root.page, /^Give the next key up/);
  await root.page.getByText('The next key waits').waitFor({ state: 'detached' });
  assert.equal((await kept()).next_tlsa, undefined);
  await root.close();
});

for (const name of ['mia', 'oscar']) {
  test(`${name}, no administrator of every account, looks and does not touch`, async () => {
    const one = await signedIn(browser, stage, name, AT);
    await sees(one.page, 'Itself: no authority vouches for it');
    await sees(one.page, 'None of your account.');
    assert.equal(await one.page.getByRole('button', { name: /^(Renew now|Change the key)/ }).count(), 0);
    await one.close();
  });
}
