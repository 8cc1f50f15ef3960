// Opens the page {file} in a {browser} that is offline, uses it as a reader would, and writes what was seen; with
// {only} it is only opened. With {shots} the pictures are kept in that folder.
const { chromium } = require('playwright-core');
const fs = require('fs');
const { inflateSync } = require('zlib');

const { browser: executablePath, file, shots, only } = JSON.parse(fs.readFileSync(0, 'utf8'));
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const seen = { trouble: [], requests: [], axe: [], wide: [], shots: [] };

/** A page of the report; what it says and asks for is noted. */
async function open(browser, options) {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  page.on('console', message => seen.trouble.push(message.text()));
  page.on('pageerror', error => seen.trouble.push(error.message));
  page.on('request', request => seen.requests.push(request.url().split('#')[0]));
  const started = Date.now();
  await page.goto(`file://${file}`);
  seen.milliseconds ??= Date.now() - started;
  return page;
}

/** How many rows of a screenshot differ from each other. */
function distinctRows(png) {
  const data = [];
  let width = 0;
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const body = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    const kind = png.toString('latin1', at + 4, at + 8);
    if (kind === 'IHDR') width = body.readUInt32BE(0) * (body[9] === 6 ? 4 : 3);
    if (kind === 'IDAT') data.push(body);
  }
  // Each row begins with the way it is stored in: a byte.
  const rows = inflateSync(Buffer.concat(data));
  const distinct = new Set();
  for (let at = 0; at < rows.length; at += width + 1) distinct.add(rows.toString('latin1', at, at + width + 1));
  return distinct.size;
}

const count = (page, selector) => page.locator(`${selector}:not([hidden])`).count();
const counts = async page => [await count(page, 'article.session'), await count(page, 'article.finding')];
const background = page => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

/** Presses Tab until a control has the focus. */
async function tabTo(page, selector) {
  for (let pressed = 0; pressed < 200; pressed++) {
    if (await page.evaluate(wanted => document.activeElement.matches(wanted), selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${selector}`);
}

/** Filters, orders and links, with the keyboard alone. */
async function use(page) {
  seen.all = await counts(page);
  await tabTo(page, '#query');
  await page.keyboard.type('PC101');
  seen.searched = await counts(page);
  seen.told = await page.locator('.result').textContent();
  await tabTo(page, '.clear');
  await page.keyboard.press('Enter');
  seen.cleared = await counts(page);
  await tabTo(page, 'button[data-severity=error]');
  await page.keyboard.press('Space');
  seen.errors = await counts(page);
  seen.pressed = await page.getAttribute('button[data-severity=error]', 'aria-pressed');
  await page.keyboard.press('Space');
  await tabTo(page, '#rule');
  await page.keyboard.type('PC201');
  seen.rule = await counts(page);
  await page.selectOption('#rule', '');
  await page.selectOption('select[data-list=sessions]', 'place');
  const places = await page.$$eval('article.session', all => all.map(one => Number(one.dataset.place)));
  seen.ordered = places.every((place, index) => place === index);
  await page.fill('#query', 'matches nothing at all');
  seen.nothing = [await counts(page), await count(page, '.nothing')];
  // A link to what is filtered out shows it; a link to a rule opens its page.
  await page.evaluate(() => { location.hash = '#f0'; });
  await page.waitForSelector('#f0', { state: 'visible' });
  seen.revealed = await counts(page);
  await page.evaluate(() => { location.hash = '#PC101'; });
  await page.waitForSelector('#PC101', { state: 'visible' });
  seen.top = await page.evaluate(() => document.getElementById('PC101').getBoundingClientRect().top / innerHeight);
}

/** The widths of total and of the timeouts within it that are drawn beyond it. */
const widths = page => page.$$eval('article.session', sessions => sessions.flatMap(session => {
  const end = row => Math.max(...[...row.querySelectorAll('rect')].map(rect => rect.getBoundingClientRect().right));
  const rows = [...session.querySelectorAll('tr')];
  const total = rows.find(row => row.querySelector('th').textContent === 'total');
  return rows.filter(row => row.querySelector('rect.over')).map(row => [end(total), end(row)]);
}));

(async () => {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  if (only) {
    seen.all = await counts(await open(browser, {}));
    await browser.close();
    return process.stdout.write(JSON.stringify(seen));
  }
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1600, 1000, 360]) {
      const page = await open(browser, { colorScheme, viewport: { width, height: 900 } });
      const scrolls = await page.evaluate(() => document.documentElement.scrollWidth);
      if (scrolls > width) seen.wide.push(`${scrolls} at ${width}`);
      const shot = await page.screenshot();
      if (shots) fs.writeFileSync(`${shots}/${colorScheme}-${width}.png`, shot);
      seen.shots.push([colorScheme, width, await background(page), distinctRows(shot)]);
      await page.context().close();
      const whole = await open(browser, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
      await whole.addStyleTag({ content: '* { content-visibility: visible !important }' });
      await whole.$$eval('details', all => all.forEach(one => { one.open = true; }));
      const { violations, passes } = await whole.evaluate(`${axe}; axe.run()`);
      const told = ({ id, nodes }) => nodes.slice(0, 3).map(node => `${colorScheme} ${width} ${id}: ${node.html}`);
      seen.axe.push(...violations.flatMap(told));
      seen.passes = passes.length;
      await whole.context().close();
    }
  }
  const page = await open(browser, { colorScheme: 'light', viewport: { width: 1200, height: 900 } });
  seen.widths = await widths(page);
  await use(page);
  const before = await background(page);
  await page.click('.theme');
  seen.toggled = [before, await background(page)];
  await page.emulateMedia({ media: 'print' });
  seen.printed = [await background(page), await page.locator('#controls').isVisible()];
  const bare = await open(browser, { javaScriptEnabled: false });
  const visible = selector => bare.locator(selector).isVisible();
  seen.bare = [await counts(bare), await visible('#controls'), await visible('.theme')];
  await browser.close();
  process.stdout.write(JSON.stringify(seen));
})().catch(error => { console.error(error); process.exit(1); });
