// Each page and dialog in light and dark, at a desk and on a phone: axe-core finds nothing, nothing
// sticks out, the keyboard reaches everything, and a picture of it is kept in build/screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { isForEverybody, isReachedByKeyboard, openBrowser, person, signedIn, until } from './browser.mjs';
import { outside, pages } from './pages.mjs';
import { openStage } from './stage.mjs';

const chosen = process.env.PAGES?.split(',');
const isWanted = ({ name }) => !chosen || chosen.includes(name);

const dayBefore = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

let stage, browser;
before(async () => {
  stage = await openStage({ partners: ['trusted', 'self-signed', 'no-starttls', 'several-mx'] });
  const cli = (...words) => stage.cli({ words });
  await stage.user({ name: 'root', grants: ['*:administrator'] });
  await cli('domain', 'add', 'new.example');
  await stage.user({ name: 'vera', grants: ['main:viewer'] });
  await cli(
    'route',
    'add',
    'elsewhere.example',
    '--host',
    'relay.elsewhere.example',
    '--port',
    '587',
    '--mode',
    'strict',
  );
  await cli('policy', 'add', 'trusted.example', '--mode', 'strict', '--note', 'Contract 4711');
  await cli('policy', 'add', 'several-mx.example', '--mode', 'strict');
  await cli('policy', 'add', 'self-signed.example', '--mode', 'relaxed');
  await cli('policy', 'add', 'no-starttls.example', '--mode', 'strict', '--stage', 'monitor', '--no-probe');
  await cli(
    'exception',
    'add',
    'self-signed.example',
    '--mode',
    'opportunistic',
    '--reason',
    'until the new certificate is there',
    '--for',
    '7d',
  );
  await stage.posture({ domain: 'several-mx.example', posture: 'no-starttls' });
  for (const domain of ['trusted.example', 'self-signed.example', 'no-starttls.example']) {
    await stage.send({ sender: 'anna@corp.example', recipient: `bob@${domain}` });
    await stage.wait_mail({ domain });
  }
  stage.web = await stage.send_reports({
    destinations: {
      'trusted.example': '{mailto},{https}',
      'self-signed.example': 'refused',
      'no-starttls.example': '',
    },
  });
  await stage.receive_report({ domain: 'corp.example', organization: 'Company-X', failed: 12 });
  await stage.receive_report({ domain: 'corp.example', organization: 'Company-Y', day: dayBefore(3) });
  await stage.receive_report({
    domain: 'corp.example',
    organization: 'Stranger',
    failed: 3,
    words: `<img src=x onerror=alert(1)> https://stranger.example/${'x'.repeat(200)}`,
  });
  await cli('domain', 'set', 'corp.example', '--sts-mode', 'testing');
  await stage.zone({
    domain: 'museum.example',
    records: [
      '@ MX 10 gateway.example.',
      '@ MX 20 mail.elsewhere.example.',
      '_smtp._tls TXT "v=TLSRPTv1; rua=mailto:<b>somebody</b>@elsewhere.example"',
    ],
  });
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

async function lookAt({ page, faults }, { name, at, then, dialog = false }) {
  await page.goto(at);
  await then(page);
  await isForEverybody(page, name, { dialog });
  await isReachedByKeyboard(page, name);
  assert.deepEqual(faults.splice(0), []);
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

test('a viewer sees what others report, not what the gateway sends, and changes no MTA-STS mode', async () => {
  const vera = await signedIn(browser, stage, 'vera', '/a/main/reports/sent');
  await vera.page.getByText('Who has the trouble').waitFor();
  assert.equal(new URL(vera.page.url()).pathname, '/a/main/reports');
  assert.equal(await vera.page.getByRole('link', { name: 'Sent by us' }).count(), 0);
  await vera.page.goto('/a/main/publish?domain=corp.example');
  await vera.page.getByText('What to publish: Where TLS reports go').waitFor();
  assert(await vera.page.getByRole('radio', { name: 'Enforce' }).isDisabled());
  assert.equal(await vera.page.getByRole('button', { name: 'Put in force' }).count(), 0);
  await vera.close();
});

test('what a stranger reports is text: no markup, no link', async () => {
  const one = await signedIn(browser, stage, 'root', '/a/main/reports');
  await one.page.getByRole('button', { name: /^Open the report of Stranger/ }).click();
  const dialog = one.page.getByRole('dialog');
  await dialog.getByText('<img src=x onerror=alert(1)>').first().waitFor();
  assert.equal(await one.page.locator('main img, [role="dialog"] img').count(), 0);
  assert.equal(await one.page.locator('a[href*="stranger"]').count(), 0);
  await one.close();
});

test('from a domain to what it should publish, and a mode put in force', async () => {
  const { page, close } = await signedIn(browser, stage, 'root', '/a/main/tasks/validate-domains');
  await page.getByRole('link', { name: 'What archive.example should publish about TLS' }).click();
  await page.getByRole('radio', { name: 'Enforce' }).check();
  await page.getByText('Testing comes first').waitFor();
  await page.getByRole('radio', { name: 'Testing' }).check();
  await page.getByRole('button', { name: 'Put in force' }).click();
  await page.getByText('Testing is in force for archive.example.').waitFor({ state: 'attached' });
  await page.getByText('What to publish: MTA-STS record').waitFor();
  await page.getByRole('radio', { name: 'Off' }).check();
  await page.getByText('Choose None first').waitFor();
  await close();
});

test('an MX shows the certificate that it showed last, and its end', async () => {
  const { page, close } = await signedIn(browser, stage, 'root', '/a/main/partners/trusted.example');
  const row = page.getByRole('table', { name: 'MX hosts' }).getByRole('row').nth(1);
  await row.getByText(/^until /).waitFor();
  await row.getByRole('button', { name: /^Copy the fingerprint of mx/ }).waitFor();
  await close();
});

test('a monitored policy says in words what would have failed, and one click promotes it', async () => {
  const { page, close } = await signedIn(browser, stage, 'root', '/a/main/partners/no-starttls.example');
  await page.getByText('Some mail would have failed').waitFor();
  await page.getByText('The server does not offer STARTTLS. (1 delivery)').waitFor();
  await page.getByRole('button', { name: 'Promote to enforce' }).click();
  await page.getByText('Some mail would have failed').waitFor({ state: 'detached' });
  await page.getByText('Enforced', { exact: true }).first().waitFor();
  assert.match(await stage.cli({ words: ['policy', 'list'] }), /no-starttls\.example.*enforce/);
  await close();
});

test('an exception shows its reason and its end, and can be ended at once', async () => {
  const { page, close } = await signedIn(browser, stage, 'root', '/a/main/partners/self-signed.example');
  await page.getByText('An exception allows less', { exact: true }).waitFor();
  const row = page.getByRole('table', { name: 'Exceptions' }).getByRole('row').nth(1);
  await row.getByText('until the new certificate is there').waitFor();
  const end = Date.parse(await row.locator('time').getAttribute('datetime'));
  assert(Math.abs(end - Date.now() - 7 * 86_400_000) < 3_600_000);
  await row.getByRole('button', { name: /^End now/ }).click();
  await page.getByText('An exception allows less', { exact: true }).waitFor({ state: 'detached' });
  await row.getByText('Ended').or(page.getByText('None.')).first().waitFor();
  assert.doesNotMatch(await stage.cli({ words: ['exception', 'list'] }), /certificate is there/);
  await close();
});
