// What the licences of bundled packages ask for: their texts go out with the application, in
// licences.txt. A package without a licence text stops the build.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

import type { Plugin } from 'vite';

function packageFolder(file: string): string | null {
  for (let at = dirname(file); at.includes(`${sep}node_modules${sep}`); at = dirname(at)) {
    const manifest = join(at, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version) return at;
  }
  return null;
}

function licenceText(folder: string): string | null {
  const name = readdirSync(folder).find((one) => /^licen[cs]e(\.|$)/i.test(one));
  return name ? readFileSync(join(folder, name), 'utf8').trim() : null;
}

export function licences(): Plugin {
  const folders = new Set<string>();
  return {
    name: 'licences',
    apply: 'build',
    moduleParsed({ id }) {
      const file = id.replace(/^\0/, '').replace(/\?.*$/, '');
      const folder = file.includes(`${sep}node_modules${sep}`) ? packageFolder(file) : null;
      if (folder) folders.add(folder);
    },
    generateBundle() {
      const parts = [...folders].sort().map((folder) => {
        const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        const text = licenceText(folder);
        if (!text && !license) this.error(`${name} ${version} names no licence.`);
        return `${name} ${version} (${license})\n\n${text ?? `Licence: ${license}`}\n`;
      });
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: parts.join('\n----\n\n') });
    },
  };
}
