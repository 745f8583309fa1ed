// Parses every ```mermaid block of the repository's Markdown files with Mermaid itself.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';

// Mermaid's parsers clean labels with a library that wants a document.
const { window } = new JSDOM('');
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import('mermaid');

const root = new URL('../../', import.meta.url).pathname;
const listing = execFileSync('git', ['ls-files', '-z', '*.md'], { cwd: root, encoding: 'utf8' });
const files = listing.split('\0').filter(Boolean);

let failed = 0;
let parsed = 0;
for (const file of files) {
  const text = readFileSync(root + file, 'utf8');
  for (const block of text.matchAll(/^```mermaid\n(.*?)^```$/gms)) {
    const line = text.slice(0, block.index).split('\n').length;
    try {
      await mermaid.parse(block[1]);
      parsed += 1;
    } catch (error) {
      console.error(`${file}:${line}: ${error.message}`);
      failed += 1;
    }
  }
}
console.log(`${parsed} diagrams parse, ${failed} do not`);
process.exitCode = failed > 0 || parsed === 0 ? 1 : 0;
