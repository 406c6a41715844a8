// Takes pictures of pages in light and dark, at desk and phone width, against the mock, and holds
// them to axe-core: any violation, script error or request to elsewhere fails.
//
//   npm run build && npm run look [-- NAME...]      pictures land in build/pictures (or $PICTURES)
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

import { startMock } from '../mock/server.mjs';
import { pages } from './look-pages.mjs';

const into = process.env.PICTURES ?? 'build/pictures';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const looks = [
  { scheme: 'light', width: 1280, height: 900 },
  { scheme: 'dark', width: 1280, height: 900 },
  { scheme: 'light', width: 390, height: 844 },
  { scheme: 'dark', width: 390, height: 844 },
];
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const wanted = process.argv.slice(2);
const chosen = pages.filter(({ name }) => wanted.length === 0 || wanted.some((one) => name.startsWith(one)));
let faults = 0;
const complain = (text) => {
  faults += 1;
  console.log(`  FAULT ${text}`);
};

async function check(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  for (const { id, help, nodes } of violations) {
    complain(`${name}: axe ${id}: ${help}`);
    for (const { target, failureSummary } of nodes.slice(0, 4))
      console.log(`        ${target} ${failureSummary.replace(/\s+/g, ' ')}`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) complain(`${name}: the page is ${wide} pixels too wide`);
}

const looked = process.env.LOOK?.split(',');
const chosenLooks = looks.filter(({ scheme, width }) => !looked || looked.includes(`${scheme}-${width}`));

async function lookAt(browser, one, { scheme, width, height }) {
  const name = `${one.name}-${scheme}-${width}`;
  console.log(name);
  const mock = await startMock({ scenario: one.scenario ?? 'full', quick: one.quick ?? true });
  const base = `http://127.0.0.1:${mock.port}`;
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height },
    reducedMotion: 'reduce',
    baseURL: base,
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => complain(`${name}: ${error.stack}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4|ERR_FAILED/.test(message.text()))
      complain(`${name}: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('data:'))
      complain(`${name}: asks ${request.url()}`);
  });
  page.setDefaultTimeout(15_000);
  try {
    if (one.user !== null)
      await context.addCookies([{ name: 'postern-session', value: one.user ?? 'alice', url: base }]);
    await page.goto(one.at, { waitUntil: 'load' });
    await one.then?.(page, mock);
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(into, `${name}.png`), fullPage: one.full ?? true });
    await check(page, name);
  } catch (error) {
    complain(`${name}: ${error.message}`);
    await page.screenshot({ path: join(into, `${name}.png`) }).catch(() => undefined);
  }
  await context.close();
  await mock.stop();
}

mkdirSync(into, { recursive: true });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: quiet });
for (const one of chosen) {
  for (const look of chosenLooks) await lookAt(browser, one, look);
}
await browser.close();
console.log(faults === 0 ? 'No fault.' : `${faults} faults.`);
process.exit(faults === 0 ? 0 : 1);
