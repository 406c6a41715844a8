// The pages and dialogs to look at: `at` an address, `then` what to do there first.
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
const several = ['partner.example', 'clear.example', 'relaxed.example', 'PARTNER.example', 'not a domain', 'corp.example', 'gone.example', 'bücher.example'].join('\n');

export const pages = [
  { name: 'sign-in', scenario: 'ready', user: null, at: '/sign-in', then: (page) => heading(page, 'Sign in') },
  {
    name: 'sign-in-wrong', scenario: 'ready', user: null, at: '/',
    then: async (page) => {
      await page.getByLabel('Name').fill('alice');
      await page.getByLabel('Password', { exact: true }).fill('wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('Name or password is wrong.').waitFor();
    },
  },
  {
    name: 'sign-in-totp', scenario: 'ready', user: null, at: '/sign-in',
    then: async (page) => {
      await page.getByLabel('Name').fill('bob');
      await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await heading(page, 'Second factor');
    },
  },
  { name: 'setup', scenario: 'fresh', user: null, at: '/setup#open-sesame', then: (page) => heading(page, 'Welcome') },
  { name: 'tasks-empty', scenario: 'empty', at: '/a/main/tasks', then: (page) => page.getByText('of 4 tasks').first().waitFor() },
  { name: 'tasks-full', at: '/a/main/tasks', then: (page) => page.getByText('All tasks').first().waitFor() },
  { name: 'tls-start', at: T, full: false, then: (page) => page.getByRole('button', { name: 'Remove bank.example' }).waitFor() },
  {
    name: 'tls-start-removals', at: `${T}/start`, full: false,
    then: async (page) => {
      await press(page, 'Remove bank.example');
      await page.getByText('1 policy to be removed').waitFor();
    },
  },
  { name: 'tls-validate-dialog', scenario: 'ready', at: `${T}/validate`, then: (page) => page.getByLabel('Internal Email Address').waitFor() },
  {
    name: 'tls-validate-running', scenario: 'ready', quick: false, at: `${T}/validate`,
    then: async (page) => {
      await page.getByLabel('Internal Email Address').fill('anna@corp.example');
      await press(page, 'Test');
      await page.getByText('routes tested').first().waitFor();
    },
  },
  { name: 'tls-validate-good', scenario: 'ready', at: `${T}/validate`, then: (page) => validate(page) },
  {
    name: 'tls-validate-bad', scenario: 'ready', at: `${T}/start`,
    then: async (page, { world }) => {
      world.accounts.get('main').routes.push({ id: 13, domain: 'corp.example', host: 'mx3-bad.corp.example', port: 25, priority: 30, tls: 'starttls', mode: 'opportunistic', names: [], login_user: null });
      await press(page, 'Validate');
      await validate(page);
      await page.getByText('TLS Not Supported').waitFor();
      await page.getByText('Certificate and full dialogue').first().click();
    },
  },
  {
    name: 'tls-add-dialog', scenario: 'ready', at: `${T}/validate`,
    then: (page) => addDomains(page, Array.from({ length: 51 }, (_, n) => `d${n}.example`).join('\n')),
  },
  {
    name: 'tls-domains-running', scenario: 'ready', quick: false, at: `${T}/validate`,
    then: async (page) => {
      await addDomains(page, several);
      await press(page, 'Continue');
      await page.getByText('Duplicate Domain').waitFor();
      await page.waitForTimeout(1500);
    },
  },
  {
    name: 'tls-domains', scenario: 'ready', at: `${T}/validate`,
    then: async (page) => {
      await addDomains(page, several);
      await press(page, 'Continue');
      await page.getByText('Not ready').first().waitFor();
      await page.getByText('Every MX host').first().click();
    },
  },
  {
    name: 'tls-edit', scenario: 'ready', at: `${T}/validate`,
    then: async (page) => {
      await addDomains(page, 'partner.example');
      await press(page, 'Continue');
      await press(page, 'Edit the policy of partner.example');
      await page.getByLabel('MX names to pin').waitFor();
    },
  },
  {
    name: 'tls-review', scenario: 'ready', at: `${T}/validate`,
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
    name: 'tls-finished', scenario: 'ready', at: `${T}/validate`,
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
];
