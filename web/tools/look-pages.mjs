// The pages and dialogs to look at: `at` an address, `then` what to do there first.
import { tell } from '../mock/jobs.mjs';

const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor();

const press = (page, name) => page.getByRole('button', { name, exact: true }).first().click();
const T = '/a/main/tasks/tls-policies';

async function validate(page, address = 'anna@corp.example') {
  await page.getByLabel('Internal Email Address').fill(address);
  await press(page, 'Test');
  await page.getByText('Relaxed Encryption Mode').first().waitFor();
}

async function addDomains(page, text) {
  await validate(page);
  await press(page, 'Next');
  await press(page, 'Add External Domains');
  await page.getByLabel('External domains', { exact: true }).fill(text);
}
const several = [
  'partner.example',
  'clear.example',
  'relaxed.example',
  'PARTNER.example',
  'not a domain',
  'corp.example',
  'gone.example',
  'bücher.example',
].join('\n');

export const pages = [
  {
    name: 'sign-in',
    scenario: 'ready',
    user: null,
    at: '/sign-in',
    then: (page) => heading(page, 'Sign in'),
  },
  {
    name: 'sign-in-wrong',
    scenario: 'ready',
    user: null,
    at: '/',
    then: async (page) => {
      await page.getByLabel('Name').fill('alice');
      await page.getByLabel('Password', { exact: true }).fill('wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('Name or password is wrong.').waitFor();
    },
  },
  {
    name: 'sign-in-totp',
    scenario: 'ready',
    user: null,
    at: '/sign-in',
    then: async (page) => {
      await page.getByLabel('Name').fill('bob');
      await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await heading(page, 'Second factor');
    },
  },
  {
    name: 'setup',
    scenario: 'fresh',
    user: null,
    at: '/setup#open-sesame',
    then: (page) => heading(page, 'Welcome'),
  },
  {
    name: 'tasks-empty',
    scenario: 'empty',
    at: '/a/main/tasks',
    then: (page) => page.getByText('of 4 tasks').first().waitFor(),
  },
  { name: 'tasks-full', at: '/a/main/tasks', then: (page) => page.getByText('All tasks').first().waitFor() },
  {
    name: 'tls-start',
    at: T,
    full: false,
    then: (page) => page.getByRole('button', { name: 'Remove bank.example' }).waitFor(),
  },
  {
    name: 'tls-start-removals',
    at: `${T}/start`,
    full: false,
    then: async (page) => {
      await press(page, 'Remove bank.example');
      await page.getByText('1 policy to be removed').waitFor();
    },
  },
  {
    name: 'tls-validate-dialog',
    scenario: 'ready',
    at: `${T}/validate`,
    then: (page) => page.getByLabel('Internal Email Address').waitFor(),
  },
  {
    name: 'tls-validate-running',
    scenario: 'ready',
    quick: false,
    at: `${T}/validate`,
    then: async (page) => {
      await page.getByLabel('Internal Email Address').fill('anna@corp.example');
      await press(page, 'Test');
      await page.getByText('routes tested').first().waitFor();
    },
  },
  { name: 'tls-validate-good', scenario: 'ready', at: `${T}/validate`, then: (page) => validate(page) },
  {
    name: 'tls-validate-bad',
    scenario: 'ready',
    at: `${T}/start`,
    then: async (page, { world }) => {
      world.accounts.get('main').routes.push({
        id: 13,
        domain: 'corp.example',
        host: 'mx3-bad.corp.example',
        port: 25,
        priority: 30,
        tls: 'starttls',
        mode: 'opportunistic',
        names: [],
        login_user: null,
      });
      await press(page, 'Validate');
      await validate(page);
      await page.getByText('TLS Not Supported').waitFor();
      await page.getByText('Certificate and full dialogue').first().click();
    },
  },
  {
    name: 'tls-add-dialog',
    scenario: 'ready',
    at: `${T}/validate`,
    then: (page) => addDomains(page, Array.from({ length: 51 }, (_, n) => `d${n}.example`).join('\n')),
  },
  {
    name: 'tls-domains-running',
    scenario: 'ready',
    quick: false,
    at: `${T}/validate`,
    then: async (page) => {
      await addDomains(page, several);
      await press(page, 'Continue');
      await page.getByText('Duplicate Domain').waitFor();
      await page.waitForTimeout(1500);
    },
  },
  {
    name: 'tls-domains',
    scenario: 'ready',
    at: `${T}/validate`,
    then: async (page) => {
      await addDomains(page, several);
      await press(page, 'Continue');
      await page.getByText('Not ready').first().waitFor();
      await page.getByText('Every MX host').first().click();
    },
  },
  {
    name: 'tls-edit',
    scenario: 'ready',
    at: `${T}/validate`,
    then: async (page) => {
      await addDomains(page, 'partner.example');
      await press(page, 'Continue');
      await press(page, 'Edit the policy of partner.example');
      await page.getByLabel('MX names to pin').waitFor();
    },
  },
  {
    name: 'tls-review',
    scenario: 'ready',
    at: `${T}/validate`,
    then: async (page) => {
      await addDomains(page, several);
      await press(page, 'Continue');
      await page.getByText('Not ready').first().waitFor();
      await press(page, 'Add');
      await page.getByText('Added', { exact: true }).first().waitFor();
      await press(page, 'Finish');
      await page.getByText('What will change').waitFor();
    },
  },
  {
    name: 'tls-finished',
    scenario: 'ready',
    at: `${T}/validate`,
    then: async (page) => {
      await addDomains(page, 'partner.example');
      await press(page, 'Continue');
      await page.getByText('Ready: strict').first().waitFor();
      await press(page, 'Add');
      await page.getByText('Added', { exact: true }).first().waitFor();
      await press(page, 'Finish');
      await page.getByText('What will change').waitFor();
      await press(page, 'Finish');
      await page.getByRole('heading', { name: 'In force' }).waitFor();
    },
  },
  {
    name: 'domains-empty',
    scenario: 'empty',
    at: '/a/main/tasks/validate-domains',
    then: (page) => page.getByText('No domain yet').waitFor(),
  },
  {
    name: 'domains',
    at: '/a/main/tasks/validate-domains',
    then: async (page) => {
      await press(page, 'Check now: new-brand.example');
      await page.getByText('Not found yet').waitFor();
      await page.getByLabel('Internal domain').fill('held.example');
      await press(page, 'Add');
      await page.getByText('belongs to another account').waitFor();
    },
  },
  {
    name: 'inbound',
    at: '/a/main/tasks/inbound',
    then: async (page) => {
      await page.getByLabel('Internal email address').fill('anna@corp.example');
      await press(page, 'Test connection');
      await page.getByText('What to do').first().waitFor();
      await page.getByText('Mail comes here').waitFor();
    },
  },
  {
    name: 'inbound-route',
    at: '/a/main/tasks/inbound',
    then: async (page) => {
      await press(page, 'Add a route');
      await page.getByLabel('Server', { exact: true }).fill('not a host!');
      await page.getByText('Credentials and further names').click();
      await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click();
      await page.getByText('neither a host name').first().waitFor();
    },
  },
  { name: 'outbound', at: '/a/main/tasks/outbound', then: (page) => page.getByText('relayhost').waitFor() },
  {
    name: 'outbound-sender',
    at: '/a/main/tasks/outbound',
    then: async (page) => {
      await press(page, 'Add a server');
      await page.getByLabel('Name and password').check();
    },
  },
  { name: 'overview', at: '/a/main/overview', then: (page) => page.getByText('Needs action').waitFor() },
  {
    name: 'overview-empty',
    scenario: 'ready',
    at: '/a/main/overview',
    then: (page) => page.getByText('Nothing needs a look').waitFor(),
  },
  {
    name: 'policies',
    at: '/a/main/policies',
    full: false,
    then: (page) => page.getByText('10,005 policies').waitFor(),
  },
  {
    name: 'policies-add',
    at: '/a/main/policies',
    full: false,
    then: async (page) => {
      await press(page, 'Add a policy');
      await page.getByText('More', { exact: true }).click();
    },
  },
  {
    name: 'policies-import',
    at: '/a/main/policies?import=1',
    full: false,
    then: async (page) => {
      await page.getByLabel('Domains').fill('domain\nnew-one.example\nbank.example\nnot a domain');
      await press(page, 'Try');
      await page.getByText('This is what would happen').waitFor();
    },
  },
  {
    name: 'partner',
    at: '/a/main/partners/hospital-expired.example',
    then: async (page) => {
      await page.getByText('Promote to enforce').waitFor();
      await press(page, 'Look now');
      await page.getByText('Ready: relaxed').first().waitFor();
    },
  },
  {
    name: 'partner-none',
    at: '/a/main/partners/unknown.example',
    then: (page) => page.getByText('No policy speaks').waitFor(),
  },
  {
    name: 'partner-exception',
    at: '/a/main/partners/bank.example',
    full: false,
    then: async (page) => {
      await press(page, 'Allow less for a while');
      await page.getByLabel('Reason').fill('They renew their certificate, ticket 4712');
    },
  },
  {
    name: 'queue',
    at: '/a/main/queue',
    full: false,
    then: async (page) => {
      await page.getByLabel('Choose Q000000001').check();
      await page.getByText('For 1 chosen message').waitFor();
    },
  },
  {
    name: 'queue-deep',
    at: '/a/main/queue',
    full: false,
    then: async (page) => {
      for (let n = 0; n < 6; n += 1) {
        await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
        await page.waitForTimeout(400);
      }
    },
  },
  {
    name: 'message',
    at: '/a/main/messages/Q000000001',
    then: (page) => page.getByText('Its way so far').waitFor(),
  },
  {
    name: 'evidence',
    at: '/a/main/evidence',
    full: false,
    then: async (page) => {
      await page.getByText('Everything about it').first().click();
    },
  },
  {
    name: 'reports',
    at: '/a/main/reports',
    then: (page) => page.getByText('Who has the trouble').first().waitFor(),
  },
  {
    name: 'reports-sent',
    at: '/a/main/reports/sent',
    then: (page) => page.getByText('Given up').first().waitFor(),
  },
  {
    name: 'publish',
    at: '/a/main/publish?domain=corp.example',
    then: (page) => page.getByText('What to publish: Where TLS reports go').first().waitFor(),
  },
  {
    name: 'audit',
    at: '/a/main/audit',
    full: false,
    then: async (page) => {
      await press(page, 'Check the chain');
      await page.getByText('The log is intact').waitFor();
      await page.getByText('Details').first().click();
    },
  },
  {
    name: 'settings-own',
    at: '/a/main/settings/own',
    then: async (page) => {
      await press(page, 'Set up');
      await page.getByRole('img', { name: 'QR code' }).waitFor();
    },
  },
  {
    name: 'settings-users',
    at: '/a/main/settings/users',
    then: (page) => page.getByText('vera').first().waitFor(),
  },
  { name: 'settings-user-add', at: '/a/main/settings/users', then: (page) => press(page, 'Add a user') },
  {
    name: 'settings-tokens',
    at: '/a/main/settings/tokens',
    then: async (page) => {
      await press(page, 'Make a token');
      await page.getByLabel('What it is for').fill('Backup');
      await press(page, 'Make');
      await page.getByText('This is shown once').waitFor();
    },
  },
  {
    name: 'settings-account',
    at: '/a/main/settings/account',
    then: (page) => page.getByLabel('Organisation').waitFor(),
  },
  {
    name: 'settings-certificates',
    at: '/a/main/settings/certificates',
    then: (page) => page.getByText('Listeners').first().waitFor(),
  },
  { name: 'not-found', at: '/a/main/nowhere', then: (page) => heading(page, 'There is no such page') },
  {
    name: 'navigation',
    at: '/a/main/overview',
    full: false,
    then: async (page) => {
      await page.getByText('Needs action').waitFor();
      const burger = page.getByRole('button', { name: 'Open the navigation' });
      if (await burger.isVisible()) await burger.click();
      else await page.getByRole('button', { name: /^Account Example/ }).click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: 'viewer',
    user: 'vera',
    at: '/a/main/tasks/tls-policies/start',
    full: false,
    then: (page) => page.getByText('You may look').waitFor(),
  },
  {
    name: 'told',
    at: '/a/main/overview',
    full: false,
    then: async (page, { world }) => {
      await page.getByText('Needs action').waitFor();
      await page.waitForTimeout(500);
      tell(world, 'change', {
        kind: 'change',
        revision: 9,
        actor: 'bob',
        via: 'cli',
        account: 'main',
        action: 'policy.add',
        object: 'policy bank2.example',
      });
      await page.getByText('bob added policy bank2.example (command line).').waitFor();
    },
  },
  {
    name: 'lost',
    at: '/a/main/overview',
    full: false,
    then: async (page, { world }) => {
      await page.getByText('Needs action').waitFor();
      await page.route('**/events', (route) => route.abort());
      for (const { response } of world.streams) response.end();
      await page.getByText('Connection to the gateway lost').first().waitFor({ state: 'attached' });
    },
  },
];
