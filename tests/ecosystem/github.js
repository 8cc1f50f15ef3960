// Reads {config, lines} and writes, for each line, the annotations that a GitHub Actions runner would make with each
// matcher of the file. It follows what the runner does: the same validation, single-line patterns alone, an empty
// message or a severity that it does not know makes no annotation.
const PROPERTIES = ['file', 'line', 'column', 'severity', 'code', 'message', 'fromPath'];
const SEVERITIES = ['error', 'warning', 'notice'];

const { config, lines } = JSON.parse(require('fs').readFileSync(0, 'utf8'));

function refuse(matcher, why) {
  throw new Error(`${matcher.owner}: ${why}`);
}

const owners = new Set();
const matchers = config.problemMatcher.map(matcher => {
  if (!matcher.owner || owners.has(matcher.owner.toLowerCase())) refuse(matcher, 'an owner is needed, once');
  owners.add(matcher.owner.toLowerCase());
  if (matcher.severity && !SEVERITIES.includes(matcher.severity.toLowerCase())) refuse(matcher, 'unknown severity');
  if (matcher.pattern.length !== 1) refuse(matcher, 'one pattern is expected');
  const [pattern] = matcher.pattern;
  const unread = Object.keys(pattern).filter(key => key !== 'regexp' && !PROPERTIES.includes(key));
  if (unread.length) refuse(matcher, `the runner does not read ${unread}`);
  const regexp = new RegExp(pattern.regexp);
  const groups = new RegExp(pattern.regexp + '|').exec('').length;
  for (const key of PROPERTIES) if (pattern[key] >= groups) refuse(matcher, `${key} is out of range`);
  if (pattern.message === undefined) refuse(matcher, 'no message');
  return { regexp, pattern, severity: matcher.severity };
});

function annotation(matcher, line) {
  const groups = matcher.regexp.exec(line);
  if (!groups) return null;
  const value = {};
  for (const key of PROPERTIES) value[key] = groups[matcher.pattern[key]] || null;
  value.severity = (value.severity || matcher.severity || 'error').toLowerCase();
  return value.message.trim() && SEVERITIES.includes(value.severity) ? value : null;
}

const read = line => matchers.map(matcher => annotation(matcher, line)).filter(Boolean);
process.stdout.write(JSON.stringify(lines.map(read)));
