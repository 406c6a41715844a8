// Every page and dialog of the application with something in it: `at` an address, `then` what is done
// there first. The stage of pages.test.mjs has what they show.
import { heading, press, sees } from './browser.mjs';

const dialog = (page) => page.getByRole('dialog').waitFor();
const opens =
  (...names) =>
  async (page) => {
    for (const name of names) await press(page, name);
    await dialog(page);
  };
const TLS = '/a/main/tasks/tls-policies';
const PARTNER = '/a/main/partners/several-mx.example';

export const outside = [
  { name: 'sign-in', at: '/sign-in', then: (page) => heading(page, 'Sign in') },
  { name: 'setup-done', at: '/setup', then: (page) => heading(page, 'Welcome') },
];

export const pages = [
  { name: 'tasks', at: '/a/main/tasks', then: (page) => sees(page, 'of 4 tasks') },
  {
    name: 'menu-user',
    at: '/a/main/tasks',
    then: async (page) => {
      await page.getByRole('button', { name: /^Signed in as/ }).click();
      await page.getByRole('menuitem').first().waitFor();
    },
    dialog: true,
  },
  {
    name: 'menu-scheme',
    at: '/a/main/tasks',
    then: async (page) => {
      await page.getByRole('button', { name: /colours|scheme|light|dark/i }).click();
      await page.getByRole('menuitem').first().waitFor();
    },
    dialog: true,
  },
  {
    name: 'validate-domains',
    at: '/a/main/tasks/validate-domains',
    then: (page) => sees(page, 'Waiting for its proof'),
  },
  {
    name: 'validate-domains-remove',
    at: '/a/main/tasks/validate-domains',
    then: opens('Remove new.example'),
    dialog: true,
  },
  { name: 'inbound', at: '/a/main/tasks/inbound', then: (page) => sees(page, 'Mail comes here') },
  { name: 'inbound-add', at: '/a/main/tasks/inbound', then: opens('Add a route'), dialog: true },
  {
    name: 'inbound-edit',
    at: '/a/main/tasks/inbound',
    then: opens(/^Edit mail\.archive\.example/),
    dialog: true,
  },
  {
    name: 'inbound-remove',
    at: '/a/main/tasks/inbound',
    then: opens(/^Remove mail\.archive\.example/),
    dialog: true,
  },
  {
    name: 'outbound',
    at: '/a/main/tasks/outbound',
    then: (page) => sees(page, 'A message of your server arrived'),
  },
  { name: 'outbound-add', at: '/a/main/tasks/outbound', then: opens('Add a server'), dialog: true },
  { name: 'outbound-edit', at: '/a/main/tasks/outbound', then: opens(/^Edit /), dialog: true },
  { name: 'outbound-remove', at: '/a/main/tasks/outbound', then: opens(/^Remove /), dialog: true },
  { name: 'tls-start', at: `${TLS}/start`, then: (page) => sees(page, '1 policy to be removed') },
  { name: 'tls-validate', at: `${TLS}/validate`, then: (page) => sees(page, 'Next is not possible yet') },
  { name: 'tls-validate-dialog', at: `${TLS}/validate`, then: opens('Test again'), dialog: true },
  {
    name: 'tls-domains',
    at: `${TLS}/domains`,
    then: (page) => sees(page, 'The internal routes have to pass first'),
  },
  { name: 'tls-review', at: `${TLS}/review`, then: (page) => sees(page, 'What will change') },
  { name: 'tls-throw-away', at: `${TLS}/start`, then: opens('Throw the draft away'), dialog: true },
  { name: 'overview', at: '/a/main/overview', then: (page) => sees(page, 'The last day in numbers') },
  { name: 'policies', at: '/a/main/policies', then: (page) => sees(page, 'several-mx.example') },
  { name: 'policies-add', at: '/a/main/policies', then: opens('Add a policy'), dialog: true },
  { name: 'policies-import', at: '/a/main/policies?import=1', then: dialog, dialog: true },
  {
    name: 'policies-import-tried',
    at: '/a/main/policies?import=1',
    then: async (page) => {
      await page.getByLabel('Domains').fill('new-partner.example\nnot a domain');
      await press(page, 'Try');
      await sees(page, 'This is what would happen');
    },
    dialog: true,
  },
  { name: 'partner', at: PARTNER, then: (page) => sees(page, 'Recent attempts') },
  { name: 'partner-edit', at: PARTNER, then: opens('Edit'), dialog: true },
  { name: 'partner-remove', at: PARTNER, then: opens('Remove'), dialog: true },
  { name: 'partner-exception', at: PARTNER, then: opens('Allow less for a while'), dialog: true },
  {
    name: 'partner-monitored',
    at: '/a/main/partners/no-starttls.example',
    then: (page) => sees(page, 'Recent attempts'),
  },
  {
    name: 'partner-excepted',
    at: '/a/main/partners/self-signed.example',
    then: (page) => sees(page, 'An exception allows less'),
  },
  { name: 'reports', at: '/a/main/reports', then: (page) => sees(page, 'Who has the trouble') },
  {
    name: 'reports-open',
    at: '/a/main/reports',
    then: opens(/^Open the report of Company-X/),
    dialog: true,
  },
  {
    name: 'reports-stranger',
    at: '/a/main/reports',
    then: opens(/^Open the report of Stranger/),
    dialog: true,
  },
  {
    name: 'reports-numbers',
    at: '/a/main/reports?days=7',
    then: async (page) => {
      await page.getByText('The same in numbers').click();
      await page.getByRole('table', { name: 'Sessions by day' }).waitFor();
    },
  },
  {
    name: 'reports-none',
    at: '/a/main/reports?domain=archive.example',
    then: (page) => sees(page, 'No report in this time'),
  },
  { name: 'reports-sent', at: '/a/main/reports/sent', then: (page) => sees(page, 'Not asked for') },
  { name: 'publish', at: '/a/main/publish', then: (page) => sees(page, 'Where TLS reports go') },
  {
    name: 'publish-differs',
    at: '/a/main/publish?domain=museum.example',
    then: (page) => sees(page, '<b>somebody</b>@elsewhere.example'),
  },
  {
    name: 'publish-testing',
    at: '/a/main/publish?domain=corp.example',
    then: async (page) => {
      await sees(page, 'What to publish: Where TLS reports go');
      await page.getByRole('radio', { name: 'Off' }).check();
      await sees(page, 'Choose None first');
      await page.getByText('The record: Mail servers (MX)').click();
    },
  },
  { name: 'queue', at: '/a/main/queue', then: (page) => sees(page, 'does not offer STARTTLS') },
  {
    name: 'queue-remove',
    at: '/a/main/queue?domain=several-mx.example',
    then: opens('Remove'),
    dialog: true,
  },
  {
    name: 'message',
    at: '/a/main/queue',
    then: async (page) => {
      await page.getByRole('table').getByRole('link').first().click();
      await sees(page, 'Its way so far');
    },
  },
  { name: 'evidence', at: '/a/main/evidence', then: (page) => heading(page, 'Evidence') },
  {
    name: 'audit',
    at: '/a/main/audit',
    then: async (page) => {
      await press(page, 'Check the chain');
      await sees(page, 'The log is intact');
    },
  },
  {
    name: 'settings-own',
    at: '/a/main/settings/own',
    then: (page) => sees(page, 'You are signed in as root.'),
  },
  {
    name: 'settings-second-factor',
    at: '/a/main/settings/own',
    then: async (page) => {
      await press(page, 'Set up');
      await sees(page, 'Scan it with your authenticator');
    },
  },
  { name: 'settings-users', at: '/a/main/settings/users', then: (page) => sees(page, 'root (you)') },
  { name: 'settings-users-add', at: '/a/main/settings/users', then: opens('Add a user'), dialog: true },
  { name: 'settings-users-edit', at: '/a/main/settings/users', then: opens('Edit vera'), dialog: true },
  { name: 'settings-users-remove', at: '/a/main/settings/users', then: opens('Remove vera'), dialog: true },
  {
    name: 'settings-tokens',
    at: '/a/main/settings/tokens',
    then: (page) => press(page, 'Make a token').then(() => dialog(page)),
    dialog: true,
  },
  {
    name: 'settings-tokens-made',
    at: '/a/main/settings/tokens',
    then: async (page) => {
      await press(page, 'Make a token');
      await page.getByLabel('What it is for').fill('nightly report');
      await press(page, 'Make');
      await page
        .getByText(/^postern_|^pt_|[A-Za-z0-9_-]{30,}/)
        .first()
        .waitFor();
    },
  },
  {
    name: 'settings-tokens-remove',
    at: '/a/main/settings/tokens',
    then: opens(/^Remove /),
    dialog: true,
  },
  {
    name: 'settings-account',
    at: '/a/main/settings/account',
    then: (page) => sees(page, 'Private authorities'),
  },
  {
    name: 'settings-account-add',
    at: '/a/main/settings/account',
    then: opens('Add an account'),
    dialog: true,
  },
  {
    name: 'settings-routes',
    at: '/a/main/settings/routes',
    then: (page) => sees(page, 'relay.elsewhere.example'),
  },
  { name: 'settings-routes-add', at: '/a/main/settings/routes', then: opens('Add a route'), dialog: true },
  {
    name: 'settings-routes-edit',
    at: '/a/main/settings/routes',
    then: opens('Edit relay.elsewhere.example:587'),
    dialog: true,
  },
  {
    name: 'settings-routes-remove',
    at: '/a/main/settings/routes',
    then: opens('Remove relay.elsewhere.example:587'),
    dialog: true,
  },
  {
    name: 'settings-certificates',
    at: '/a/main/settings/certificates',
    then: (page) => sees(page, 'gateway.example'),
  },
  { name: 'not-found', at: '/a/main/no-such-page', then: (page) => heading(page, 'There is no such page') },
];
