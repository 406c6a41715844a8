// From an empty start to a message that is refused by the policy just set, as a person does it.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import {
  comes,
  heading,
  isAccessible,
  isForEverybody,
  openBrowser,
  person,
  press,
  sees,
  story,
  until,
} from './browser.mjs';
import { openStage } from './stage.mjs';

let stage, browser, anna, page;
const step = story(() => [anna].filter(Boolean));

before(async () => {
  stage = await openStage({
    partners: ['trusted', 'self-signed', 'no-starttls', 'null-mx', 'several-mx'],
    setup: false,
  });
  browser = await openBrowser();
  anna = await person(browser, { base: stage.web });
  page = anna.page;
});
after(async () => {
  await browser?.close();
  await stage?.close();
});

const dialog = () => page.getByRole('dialog');
const inDialog = (name) => dialog().getByRole('button', { name, exact: true }).click();
const item = (text) => page.getByRole('listitem').filter({ hasText: text });

async function openTask(title) {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Tasks' }).click();
  await page.locator('a.card').filter({ hasText: title }).click();
  await heading(page, title);
}

async function addRoute({ host, port }) {
  await press(page, 'Add a route');
  await dialog().getByLabel('Domain').fill('corp.example');
  await dialog().getByLabel('Server').fill(host);
  await dialog().getByLabel('Port').fill(String(port));
  await inDialog('Add');
  await dialog().waitFor({ state: 'hidden' });
  await page.getByRole('cell', { name: `${host}:${port}`, exact: true }).waitFor();
}

step('the set-up link makes the first administrator', async () => {
  await page.goto(await stage.setup_link());
  await page.getByLabel('Your name').fill('anna');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByLabel('The same password again').fill('short');
  assert(await page.getByRole('button', { name: 'Begin' }).isDisabled());
  await page.getByLabel('Password', { exact: true }).fill(stage.password);
  await page.getByLabel('The same password again').fill(stage.password);
  await isForEverybody(page, 'setup');
  await press(page, 'Begin');
  await heading(page, 'Tasks');
  await sees(page, '0 of 4 tasks done');
});

step('a locked task shows a padlock and links to what it waits for', async () => {
  const locked = item('Optional | Set Up Your TLS Policies');
  assert.equal(await locked.getByRole('link', { name: 'Set Up Your TLS Policies' }).count(), 0);
  await locked.getByText('Locked until this is done:').waitFor();
  assert.equal(await locked.locator('svg').count(), 1);
  await item('Gateway | Prepare for Inbound Email')
    .getByRole('link', { name: 'Platform | Validate Your Domains' })
    .click();
  await heading(page, 'Validate Your Domains');
});

step('a domain is validated by what it publishes, and Check now says what it found instead', async () => {
  await page.getByLabel('Internal domain').fill('not a domain');
  await press(page, 'Add');
  await page.getByRole('main').getByRole('alert').waitFor();
  await page.getByLabel('Internal domain').fill('corp.example');
  await press(page, 'Add');
  await heading(page, 'Validate Your Domains');
  const card = item('corp.example');
  const check = card.getByRole('button', { name: 'Check now: corp.example' });
  await check.click();
  await card.getByText('Published now: nothing.').waitFor();
  const value = await card
    .getByText(/^postern-verification=/)
    .first()
    .innerText();

  await stage.zone({
    domain: 'corp.example',
    records: ['_postern TXT "postern-verification=of-somebody-else"'],
  });
  await until(async () => {
    await check.click();
    return comes(card.getByText('postern-verification=of-somebody-else'));
  });
  await isAccessible(page, 'validate-domains');
  await stage.zone({
    domain: 'corp.example',
    records: ['@ MX 10 gateway.example.', `_postern TXT "${value}"`],
  });
  await until(async () => {
    if (await check.isVisible()) await check.click({ timeout: 2_000 }).catch(() => undefined);
    return comes(card.getByText('Validated', { exact: true }));
  });
});

step('a subdomain of it needs no proof of its own', async () => {
  await page.getByLabel('Internal domain').fill('sales.corp.example');
  await press(page, 'Add');
  await item('sales.corp.example').getByText('Validated', { exact: true }).waitFor();
  await press(page, 'Remove sales.corp.example');
  await inDialog('Remove');
  await item('sales.corp.example').waitFor({ state: 'detached' });
});

step('routes for inbound email are tested live', async () => {
  await openTask('Prepare for Inbound Email');
  await press(page, 'Add a route');
  await dialog().getByLabel('Domain').fill('somebody-elses.example');
  await dialog().getByLabel('Server').fill('mail.corp.example');
  await inDialog('Add');
  await until(() => dialog().locator('[aria-invalid="true"], [role="alert"]').count());
  await inDialog('Cancel');
  for (const name of ['corp', 'branch', 'plant']) await addRoute(await stage.server({ name }));
  await page.getByLabel('Internal email address').fill('anna@corp.example');
  await press(page, 'Test connection');
  await sees(page, 'Strict - Trusted Enforced');
  await sees(page, 'Relaxed Encryption Mode');
  await sees(page, 'TLS Not Supported');
  await page.getByRole('region', { name: 'MX records' }).getByText('Mail comes here').waitFor();
  await isAccessible(page, 'inbound');
});

step('outbound email is confirmed when the first message arrives', async () => {
  await openTask('Set Up Your Outbound Email');
  await sees(page, 'Waiting for the first message');
  await press(page, 'Add a server');
  await dialog().getByLabel('Addresses').fill('300.0.0.0/8');
  await inDialog('Add');
  await until(() => dialog().locator('[aria-invalid="true"], [role="alert"]').count());
  await dialog().getByLabel('Addresses').fill('127.0.0.0/8');
  await inDialog('Add');
  await page.getByRole('cell', { name: 'Addresses 127.0.0.0/8', exact: true }).waitFor();
  await page.getByRole('tab', { name: 'Exim' }).click();
  await sees(page, 'driver = manualroute');
  await stage.send({ sender: 'anna@corp.example', recipient: 'bob@trusted.example' });
  await sees(page, 'A message of your server arrived');
  await isAccessible(page, 'outbound');
});

step('three tasks are done, and the last one is open now', async () => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Tasks' }).click();
  await sees(page, '3 of 4 tasks done');
  await page.locator('a.card').filter({ hasText: 'Set Up Your TLS Policies' }).click();
  await heading(page, 'Set Up Your TLS Policies');
});

async function validate() {
  await dialog().getByLabel('Internal Email Address').fill('anna@corp.example');
  await inDialog('Test');
  await dialog().waitFor({ state: 'hidden' });
}

step('one red route keeps Next closed and says why', async () => {
  await press(page, 'Validate');
  await isForEverybody(page, 'tls-validate-dialog', { dialog: true });
  await validate();
  await item('mail1.corp.example').getByText('Strict - Trusted Enforced').first().waitFor();
  await item('mail.branch.example').getByText('Relaxed Encryption Mode').first().waitFor();
  const red = item('mail.plant.example');
  await red.getByText('TLS Not Supported').waitFor();
  await red.getByText('What to do: Switch STARTTLS on at this server').waitFor();
  await red.getByText('Certificate and full dialogue').click();
  await red
    .getByRole('region', { name: /Dialogue with mail.plant.example/ })
    .getByText('EHLO')
    .first()
    .waitFor();
  await sees(page, 'Next is not possible yet');
  const next = page.getByRole('button', { name: 'Next' });
  assert(await next.isDisabled());
  const why = await next.getAttribute('aria-describedby');
  assert.match(await page.locator(`#${why}`).innerText(), /TLS Not Supported/);
  await isForEverybody(page, 'tls-validate-red');
});

step('without it, and tested again, Next opens', async () => {
  const { host, port } = await stage.server({ name: 'plant' });
  await openTask('Prepare for Inbound Email');
  await press(page, `Remove ${host}:${port}`);
  await inDialog('Remove');
  await page.getByRole('cell', { name: `${host}:${port}`, exact: true }).waitFor({ state: 'detached' });
  await openTask('Set Up Your TLS Policies');
  await press(page, 'Test again');
  await validate();
  await item('mail.branch.example').getByText('Relaxed Encryption Mode').first().waitFor();
  const certificate = item('mail.branch.example');
  await certificate.getByText('Certificate and full dialogue').click();
  await certificate.getByText('(vouches for itself)').waitFor();
  await until(() => page.getByRole('button', { name: 'Next' }).isEnabled());
  await press(page, 'Next');
});

step('the 51st line is refused with a hint to the bulk import', async () => {
  await press(page, 'Add External Domains');
  const lines = dialog().getByLabel('External domains', { exact: true });
  await lines.fill(Array.from({ length: 51 }, (_, number) => `d${number}.example`).join('\n'));
  await dialog().getByText('51/50').waitFor();
  await dialog().getByText('Line 51 is one too many.').waitFor();
  await dialog().getByRole('link', { name: 'bulk import' }).waitFor();
  assert(await dialog().getByRole('button', { name: 'Continue' }).isDisabled());
  await isForEverybody(page, 'tls-add-dialog', { dialog: true });
});

step('every line gets its verdict, and valid domains are probed live', async () => {
  const lines = [
    'bob@Trusted.example.',
    'trusted.example',
    'self-signed.example',
    'several-mx.example',
    'no-starttls.example',
    'null-mx.example',
    'nowhere-at-all.example',
    'corp.example',
    'co.uk',
    'not a domain',
  ];
  await dialog().getByLabel('External domains', { exact: true }).fill(lines.join('\n'));
  await dialog().getByText('10/50').waitFor();
  await inDialog('Continue');
  await dialog().waitFor({ state: 'hidden' });
  const verdicts = {
    'Duplicate Domain': 'trusted.example',
    'No Mail (null MX)': 'null-mx.example',
    'Domain Not Found': 'nowhere-at-all.example',
    'Internal Domain': 'corp.example',
    'Public Suffix': 'co.uk',
    'Invalid Domain': 'not a domain',
  };
  for (const [verdict, domain] of Object.entries(verdicts))
    await item(domain).getByText(verdict).first().waitFor();
  await item('trusted.example').getByText('Ready: strict').first().waitFor();
  await item('self-signed.example').getByText('Ready: relaxed').first().waitFor();
  await item('no-starttls.example').getByText('Not ready').first().waitFor();
  await item('no-starttls.example').getByText('It will only be monitored').first().waitFor();
  await item('several-mx.example').getByText('Every MX host').click();
  await isForEverybody(page, 'tls-domains');
});

step('a refused line goes with Remove, and pinned names can be edited', async () => {
  for (const domain of ['not a domain', 'co.uk']) {
    await press(page, `Remove ${domain}`);
    await item(domain).waitFor({ state: 'detached' });
  }
  await press(page, 'Edit the policy of trusted.example');
  const pins = dialog().getByLabel('MX names to pin');
  await pins.fill('**');
  await inDialog('Save');
  await until(() => dialog().locator('[aria-invalid="true"]').count());
  await pins.fill('mx.trusted.example\n*.mail.trusted.example');
  await isForEverybody(page, 'tls-edit-dialog', { dialog: true });
  await inDialog('Save');
  await dialog().waitFor({ state: 'hidden' });
  await item('trusted.example').getByText('*.mail.trusted.example').first().waitFor();
});

step('what was begun is there again after a reload and after a restart of the gateway', async () => {
  await page.reload();
  await item('trusted.example').getByText('Ready: strict').first().waitFor();
  const path = new URL(page.url()).pathname;
  stage.web = await stage.restart();
  await anna.close();
  anna = await person(browser, { base: stage.web });
  page = anna.page;
  await page.goto(path);
  await heading(page, 'Sign in');
  await page.getByLabel('Name', { exact: true }).fill('anna');
  await page.getByLabel('Password', { exact: true }).fill(stage.password);
  await press(page, 'Sign in');
  await item('trusted.example').getByText('*.mail.trusted.example').first().waitFor();
  await openTask('Set Up Your TLS Policies');
  await item('no-starttls.example').getByText('It will only be monitored').first().waitFor();
});

step('nothing is in force before Finish', async () => {
  assert.doesNotMatch(await stage.cli({ words: ['policy', 'list'] }), /trusted\.example/);
});

step('Finish puts everything in force at once and shows what changed', async () => {
  await press(page, 'Add');
  await item('several-mx.example').getByText('Added', { exact: true }).first().waitFor();
  await press(page, 'Finish');
  await page.getByRole('region', { name: 'What will change' }).waitFor();
  await item('policy trusted.example').waitFor();
  await isAccessible(page, 'tls-review');
  await press(page, 'Finish');
  await page.getByRole('heading', { name: 'In force' }).waitFor();
  await item('policy several-mx.example').waitFor();
  await isForEverybody(page, 'tls-finished');
  const policies = JSON.parse(await stage.cli({ words: ['policy', 'list', '--json'] }));
  const stages = Object.fromEntries(policies.map(({ domain, mode, stage }) => [domain, `${mode} ${stage}`]));
  assert.deepEqual(stages, {
    'no-starttls.example': 'strict monitor',
    'self-signed.example': 'relaxed enforce',
    'several-mx.example': 'strict enforce',
    'trusted.example': 'strict enforce',
  });
});

step('a message to a partner that lost its TLS is refused by the policy just set', async () => {
  await stage.posture({ domain: 'several-mx.example', posture: 'no-starttls' });
  await stage.send({ sender: 'anna@corp.example', recipient: 'bob@several-mx.example' });
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Queue' }).click();
  await heading(page, 'Queue');
  await page.getByText(/does not offer STARTTLS/).waitFor();
  assert.equal(await stage.arrived({ domain: 'several-mx.example' }), 0);
  await isAccessible(page, 'queue');
  await page.getByRole('table').getByRole('link').first().click();
  await page.getByText('What to do:').first().waitFor();
  await sees(page, 'Recipients: bob@several-mx.example');
  await isAccessible(page, 'message');
});

step('with the policy removed and Finish, it goes out', async () => {
  await openTask('Set Up Your TLS Policies');
  await press(page, 'Remove several-mx.example');
  await sees(page, '1 policy to be removed');
  assert.match(await stage.cli({ words: ['policy', 'list'] }), /several-mx\.example/);
  await press(page, 'Finish');
  await item('policy several-mx.example').getByText('Remove', { exact: true }).waitFor();
  await press(page, 'Finish');
  await page.getByRole('heading', { name: 'In force' }).waitFor();
  await stage.wait_mail({ domain: 'several-mx.example' });
  assert.doesNotMatch(await stage.cli({ words: ['policy', 'list'] }), /several-mx\.example/);
});

step('and nothing on the way was a fault of the pages', () => anna.close());
