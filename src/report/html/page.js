// Filters, order and colours. The page is complete without this.
'use strict';
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const one = selector => document.querySelector(selector);
  const root = document.documentElement;

  // Colours: the system's, unless the reader chose. Storage may be closed to files.
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const stored = {
    get() { try { return localStorage.getItem('poolcheck-theme'); } catch { return null; } },
    set(value) { try { localStorage.setItem('poolcheck-theme', value); } catch { /* It holds for this view. */ } },
  };
  const button = one('.theme');
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches);
  const paint = () => {
    button.textContent = isDark() ? 'Light colours' : 'Dark colours';
  };
  const chosen = stored.get();
  if (chosen === 'dark' || chosen === 'light') root.dataset.theme = chosen;
  button.hidden = false;
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    stored.set(root.dataset.theme);
    paint();
  });
  dark.addEventListener('change', paint);
  paint();

  // What a link leads to is open and shown.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) return;
    const page = target.closest('details');
    if (page) page.open = true;
    if (target.hidden) reset();
    if (page || target.matches('article')) target.scrollIntoView();
  };

  const form = one('#controls');
  if (!form) return;
  const query = one('#query');
  const rule = one('#rule');
  const toggles = all('[data-severity]', form);
  const isPressed = toggle => toggle.getAttribute('aria-pressed') === 'true';
  const clear = one('.clear');
  const result = one('.result');
  const lists = ['sessions', 'findings'].map(id => one(`#${id}`)).filter(Boolean).map(section => ({
    section,
    word: section.id,
    holder: one(`#${section.id} .list`),
    items: all('article', section).map(article => ({
      article,
      severities: article.dataset.severities.split(' '),
      rules: article.dataset.rules.split(' '),
      text: null,
    })),
  }));

  const apply = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = toggles.filter(isPressed).map(toggle => toggle.dataset.severity);
    const code = rule ? rule.value : '';
    const on = words.length > 0 || wanted.length > 0 || code !== '';
    const matches = item => {
      if (code && !item.rules.includes(code)) return false;
      if (wanted.length && !wanted.some(severity => item.severities.includes(severity))) return false;
      if (words.length) item.text ??= item.article.textContent.toLowerCase();
      return words.every(word => item.text.includes(word));
    };
    const told = lists.map(list => {
      let shown = 0;
      for (const item of list.items) {
        const matched = matches(item);
        if (item.article.hidden === matched) item.article.hidden = !matched;
        shown += matched;
      }
      one(`#${list.word} .nothing`).hidden = shown > 0;
      return `${shown} of ${list.items.length} ${list.word}`;
    });
    clear.hidden = !on;
    result.textContent = on ? told.join(', ') : '';
  };

  const reset = () => {
    query.value = '';
    if (rule) rule.value = '';
    for (const toggle of toggles) toggle.setAttribute('aria-pressed', 'false');
    apply();
  };

  form.hidden = false;
  form.addEventListener('submit', event => event.preventDefault());
  form.addEventListener('reset', event => {
    event.preventDefault();
    reset();
    query.focus();
  });
  query.addEventListener('input', apply);
  rule?.addEventListener('change', apply);
  for (const toggle of toggles) {
    toggle.addEventListener('click', () => {
      toggle.setAttribute('aria-pressed', String(!isPressed(toggle)));
      apply();
    });
  }
  // A reason shows its findings.
  for (const link of all('.reasons a')) {
    link.addEventListener('click', event => {
      event.preventDefault();
      rule.value = link.dataset.rule;
      apply();
      one('#findings').scrollIntoView();
      const first = one('#findings article:not([hidden])');
      if (first) first.focus({ preventScroll: true });
    });
  }

  // Orders: each compares by a number or a text, then by place.
  const number = (name, missing) => article => Number(article.dataset[name] ?? missing);
  const orders = {
    worst: article => -Number(article.dataset.worst),
    place: () => 0,
    rule: article => article.dataset.rules,
    longest: article => -Number(article.dataset.longest),
    limit: number('limit', Infinity),
  };
  for (const list of lists) {
    const select = one(`#${list.word} .sort select`);
    select.closest('.sort').hidden = false;
    select.addEventListener('change', () => {
      const key = orders[select.value];
      const place = number('place', 0);
      const keyed = list.items.map(item => ({ item, key: key(item.article), place: place(item.article) }));
      keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.place - b.place));
      list.items = keyed.map(entry => entry.item);
      list.holder.append(...list.items.map(item => item.article));
    });
  }

  // What sticks below the filters keeps clear of them, however many lines they take.
  new ResizeObserver(() => root.style.setProperty('--sticky', `${form.offsetHeight}px`)).observe(form);

  addEventListener('hashchange', reveal);
  reveal();
})();
