// Holds the first load under its budget: what index.html names and what those files import.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const budget = 250_000;
const read = (name) => readFileSync(new URL(`../dist/${name}`, import.meta.url));
const seen = new Map();

function add(name) {
  if (seen.has(name)) return;
  const body = read(name);
  seen.set(name, gzipSync(body, { level: 9 }).length);
  if (!name.endsWith('.js')) return;
  const text = body.toString();
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  for (const [, path] of text.matchAll(/(?:^|[;}])(?:import|export)[^"'();]*["']\.\/([^"']+)["']/g)) {
    add(folder + path);
  }
}

const page = read('index.html').toString();
if (/<script(?![^>]*\bsrc=)/.test(page)) throw new Error('index.html holds an inline script.');
seen.set('index.html', gzipSync(page).length);
for (const [, path] of page.matchAll(/(?:src|href)="\/([^"]+)"/g)) add(path);

let total = 0;
for (const [name, bytes] of seen) {
  total += bytes;
  console.log(`${String(bytes).padStart(8)}  ${name}`);
}
console.log(`${String(total).padStart(8)}  first load, gzipped (budget ${budget})`);
if (total > budget) process.exit(1);
