// Reads lines and writes, for each, the annotation that a GitHub Actions runner makes of it, or null. It follows what the
// runner does: parse, unescape, then drop lines and columns that do not fit together; `dropped` names those.
const LEVELS = ['error', 'warning', 'notice'];
const DATA = [['%0D', '\r'], ['%0A', '\n'], ['%25', '%']];
const PROPERTY = [['%0D', '\r'], ['%0A', '\n'], ['%3A', ':'], ['%2C', ','], ['%25', '%']];

const unescape = (text, table) => table.reduce((text, [from, to]) => text.replaceAll(from, to), text);

function annotation(line) {
  line = line.trimStart();
  const end = line.indexOf('::', 2);
  if (!line.startsWith('::') || end < 0) return null;
  const info = line.slice(2, end);
  const space = info.indexOf(' ');
  const level = space < 0 ? info : info.slice(0, space);
  if (!LEVELS.includes(level)) return null;
  const value = {};
  for (const part of space < 0 ? [] : info.slice(space + 1).trim().split(',')) {
    const at = part.indexOf('=');
    if (at > 0 && at + 1 < part.length) value[part.slice(0, at)] = unescape(part.slice(at + 1), PROPERTY);
  }
  return { level, ...value, message: unescape(line.slice(end + 2), DATA), dropped: fit(value) };
}

function fit(value) {
  const dropped = [];
  const number = key => (/^\d+$/.test(value[key]) ? Number(value[key]) : null);
  const drop = (...keys) => keys.forEach(key => key in value && dropped.push(key));
  const [line, endLine, col, endColumn] = ['line', 'endLine', 'col', 'endColumn'].map(number);
  if (line === null || (endLine !== null && endLine !== line)) drop('col', 'endColumn');
  if (line === null) drop('endLine');
  if (endLine !== null && endLine < line) drop('line', 'endLine');
  if (col === null || (endColumn !== null && endColumn < col)) drop('endColumn');
  return dropped;
}

const lines = JSON.parse(require('fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(lines.map(annotation)));
