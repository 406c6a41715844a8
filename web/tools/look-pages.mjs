// The pages and dialogs to look at: `at` an address, `then` what to do there first.
const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor();

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
];
