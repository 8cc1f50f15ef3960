// Reads {matchers, lines} and writes, for each line, what each of VS Code's problem matchers makes of it.
const { parseProblemMatchersJson } = require('@rushstack/problem-matcher');

const { matchers, lines } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const parsed = parseProblemMatchersJson(matchers);
const read = line => parsed.map(matcher => matcher.exec(line + '\n')).filter(Boolean);
process.stdout.write(JSON.stringify(lines.map(read)));
