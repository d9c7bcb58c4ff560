// Reads one JSON string of markdown a line from standard input and answers, on one line each,
// what the npm package discord-markdown-parser (which knows nothing of this project) makes of
// it: runs of [text, [styles]], the targets of links, and the names of all other nodes
// (mentions, pings, emoji). Its argument is the folder whose node_modules holds the package.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const require = createRequire(process.argv[2] + '/');
const { parse } = require('discord-markdown-parser');

const STYLES = {
  strong: 'bold', em: 'italic', underline: 'underline', strikethrough: 'strike',
  spoiler: 'spoiler', inlineCode: 'code', codeBlock: 'pre', blockQuote: 'quote',
  heading: 'heading',
};
const PLAIN = new Set(['text', 'br', 'newline', 'twemoji', 'url', 'autolink', 'link', 'emoticon', 'subtext']);

function walk(nodes, styles, out) {
  for (const node of nodes) {
    const style = STYLES[node.type];
    const over = style ? [...styles, style] : styles;
    if (!style && !PLAIN.has(node.type)) out.other.push(node.type);
    if (node.type === 'link' && !String(node.content?.[0]?.content ?? '').includes('://')) {
      out.links.push(node.target);
    }
    if (Array.isArray(node.content)) walk(node.content, over, out);
    else if (typeof node.content === 'string') out.runs.push([node.content, over]);
    else if (node.type === 'br' || node.type === 'newline') out.runs.push(['\n', over]);
    else if (node.name) out.runs.push([node.name, over]);
    if (node.type === 'heading') out.runs.push(['\n', styles]);
  }
  return out;
}

for await (const line of createInterface({ input: process.stdin })) {
  const out = { runs: [], other: [], links: [] };
  process.stdout.write(JSON.stringify(walk(parse(JSON.parse(line), 'extended'), [], out)) + '\n');
}
