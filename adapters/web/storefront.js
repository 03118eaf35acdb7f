// Punchgate in the pages of a shop; docs/storefront.md says how to include it. Where the shop's own checkout is closed to a customer, what
// leads there becomes the button that sends the cart, and a bar says whose PunchOut this is. No cookies, no global names. It is for the
// looks: the lock is the shop's server, which asks the gateway, too.
(() => {
  'use strict';
  const { dataset: data, src } = document.currentScript;
  const once = Symbol.for('punchgate.storefront');
  if (document[once] || !data.key || !(data.customer || data.customerNumber)) return;
  document[once] = true;

  const text = /^sv/i.test(document.documentElement.lang || navigator.language) ? {
    whose: 'PunchOut för', end: 'Avsluta PunchOut', send: 'Skicka order',
    closed: 'Inköp görs genom ert inköpssystem. Starta butiken därifrån.',
    away: 'PunchOut kan inte nås just nu. Kassan är stängd så länge.',
  } : {
    whose: 'PunchOut for', end: 'End PunchOut', send: 'Send order',
    closed: 'Purchases go through your procurement system. Start the shop from there.',
    away: 'PunchOut cannot be reached right now. The checkout is closed meanwhile.',
  };

  const address = (to) => new URL(to, document.baseURI);
  const [checkout, send, end] = [data.checkout || '/checkout', data.send || '/punchout/send', data.end || '/punchout/end'].map(address);
  const question = new URL('/v1/storefront/checkout-policy', src);
  question.searchParams.set(data.customer ? 'customer' : 'customer_number', data.customer || data.customerNumber);
  if (data.session) question.searchParams.set('session', data.session);

  // What was last known of this customer in this tab, without people's names, so that no page shows the checkout first.
  const keep = (last) => {
    try {
      if (!last) return JSON.parse(sessionStorage.punchgate)[question];
      const { checkout, action, label, redirect } = last;
      sessionStorage.punchgate = JSON.stringify({ [question]: { checkout, action, label, redirect } });
    } catch { /* nothing is kept yet, or, in some frames of other sites, ever */ }
  };
  let policy = keep(), away = false, sent = false, wait = 10_000, timer;
  const closed = () => policy?.checkout === 'blocked';

  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const poster = (id, to, ...children) => {
    const form = make('form', { id, method: 'post', action: to, onsubmit: () => !sent && (sent = true) }, ...children);
    for (const [name, value] of new URLSearchParams(data.fields)) form.append(make('input', { type: 'hidden', name, value }));
    return form;
  };
  const sender = poster('punchgate-send', send);
  const ender = poster('punchgate-end', end, make('button', { textContent: text.end }));
  const status = make('p', { role: 'status' });
  const bar = make('punchgate-bar', { role: 'region', ariaLabel: 'PunchOut' });
  const style = new CSSStyleSheet(); // a Content-Security-Policy refuses style elements
  style.replaceSync(`div { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; justify-content: space-between;
      padding: .5rem 1rem; color: var(--punchgate-color, #fff); background: var(--punchgate-background, #173a5e) }
    div:not(.on) { padding: 0 } p { margin: 0 } [hidden] { display: none }
    button { padding: .35rem .9rem; font: inherit; color: inherit; background: none; border: 1px solid; border-radius: .4rem }
    button:focus-visible { outline: 3px solid; outline-offset: 2px }`);
  const box = make('div', {}, status, ender);
  const root = bar.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [style];
  root.append(box);

  const path = (url) => `${url.pathname}/`.replace(/\/+$/, '/');
  const isCheckout = (to) => {
    if (!URL.canParse(to, document.baseURI)) return false;
    const url = address(to);
    return url.origin === checkout.origin && path(url).startsWith(path(checkout)) && url.hash.startsWith(checkout.hash) &&
      url.href !== send.href && url.href !== end.href &&
      [...checkout.searchParams].every(([name, value]) => url.searchParams.get(name) === value);
  };
  const leads = (element) => { // a link, a button of a form, or a form
    const owner = /^(a|form)$/.test(element.localName) ? element : element.form;
    return !!owner && (owner === element || /^(submit|image)$/.test(element.type)) &&
      isCheckout(element.getAttribute('href') ?? element.getAttribute('formaction') ?? owner.getAttribute('action') ?? '');
  };
  const isWay = (element) => leads(element) || !!data.selector && element.matches(data.selector);
  const leave = () => {
    const start = address(data.start || policy.redirect || '/');
    if (start.origin === location.origin && !isCheckout(start)) location.replace(start);
  };

  const swapped = new Map(); // what led to the checkout, and the button in its place
  const swap = (element) => {
    const button = make('button', { className: element.className, textContent: policy.label || text.send });
    button.setAttribute('form', sender.id); // so that it may stand inside another form
    const focused = element === document.activeElement;
    swapped.set(element, button);
    if (policy.action === 'send_order') element.after(button);
    element.style.setProperty('display', 'none', 'important');
    if (focused) button.focus();
  };
  const restore = (button, element) => {
    element.style.removeProperty('display');
    button.remove();
    swapped.delete(element);
  };

  const render = () => {
    const { customer, person } = policy?.punchout ?? {};
    const whose = customer ? `${text.whose} ${[customer.name, person.name].filter(Boolean).join(' · ')}` : '';
    const says = !closed() ? '' : away ? text.away : whose || (policy.action === 'none' ? text.closed : '');
    const place = data.bar ? document.querySelector(data.bar) : document.body;
    if (says && place && !bar.isConnected) place.prepend(bar);
    if (status.textContent !== says) setTimeout(() => { status.textContent = says; }); // a change of what is there is read out
    box.classList.toggle('on', says);
    ender.hidden = !data.session || !whose && !away;
    if (!closed()) return;
    if (isCheckout(location)) leave();
    if (!sender.isConnected) document.body.append(sender);
    swapped.forEach((button, element) => {
      if (!element.isConnected || !isWay(element)) restore(button, element); // the shop took it away, or made something else of it
      else if (policy.action === 'send_order' && element.nextSibling !== button) element.after(button); // or of what stands around it
    });
    for (const element of document.querySelectorAll(`a[href], button, input, ${data.selector || 'a[href]'}`)) {
      if (swapped.has(element) || element.form === sender) continue;
      if (isWay(element)) swap(element);
    }
  };
  const observer = new MutationObserver(render); // shops add buttons later, and some replace the whole page
  const ask = async () => {
    clearTimeout(timer);
    const before = policy;
    try {
      const answer = await fetch(question, {
        headers: { Authorization: `Bearer ${data.key}` }, credentials: 'omit', referrerPolicy: 'no-referrer', signal: AbortSignal.timeout(8000),
      });
      if (!answer.ok) throw new Error(`it answers ${answer.status}`);
      [policy, away, wait] = [await answer.json(), false, 10_000];
      keep(policy);
      const left = Date.parse(policy.punchout?.expires_at) - Date.now();
      if (left < 2 ** 31) timer = setTimeout(ask, Math.max(left, 60_000));
    } catch (reason) {
      console.warn('Punchgate cannot be asked for the checkout policy:', reason.message);
      away = true;
      policy ??= data.session ? { checkout: 'blocked', action: 'none' } : null; // who is in a PunchOut stays out of the checkout
      timer = setTimeout(ask, wait);
      wait = Math.min(wait * 2, 300_000);
    }
    if (before?.action !== policy?.action || before?.label !== policy?.label) swapped.forEach(restore);
    render();
    observer.disconnect();
    if (closed()) observer.observe(document, { childList: true, subtree: true, attributeFilter: ['href', 'action', 'formaction'] });
  };
  const guard = (event) => { // what came after the last look
    const element = event.type === 'submit' ? event.submitter ?? event.target : event.target.closest?.('a[href]');
    if (!closed() || !element || !leads(element)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    leave();
  };
  const start = () => {
    addEventListener('click', guard, true);
    addEventListener('submit', guard, true);
    addEventListener('pageshow', (event) => { // the person came back to a page that the browser kept
      sent = false;
      if (event.persisted) ask();
    });
    render();
    ask();
  };
  if (document.body && document.readyState !== 'loading') start();
  else addEventListener('DOMContentLoaded', start);
})();
