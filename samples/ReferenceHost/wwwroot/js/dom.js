// Small helpers for building and updating the page without flicker. Text always goes in as text, never as markup.

const SvgNamespace = 'http://www.w3.org/2000/svg';

export const byId = (id) => document.getElementById(id);

/** Makes an element. Attributes named onX are event handlers; null and false ones are left out. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SvgNamespace, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }

    if (name.startsWith('on')) {
      node.addEventListener(name.slice(2), value);
    } else {
      node.setAttribute(name, value === true ? '' : String(value));
    }
  }

  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Sets text only when it differs, so that selections and screen readers are left in peace. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

export function setAttribute(node, name, value) {
  if (value === null || value === false) {
    node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value);
  }
}

/**
 * Makes a list's children match items: nodes are kept by key, moved only when they must be, and updated in place. Focus and scroll survive.
 * @param {(item) => {node: Element, update: (item) => void}} create
 */
export function reconcile(list, items, keyOf, create) {
  const known = (list.guardianRows ??= new Map());
  const keys = new Set(items.map(keyOf));
  for (const [key, row] of known) {
    if (!keys.has(key)) {
      row.node.remove();
      known.delete(key);
    }
  }

  let place = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let row = known.get(key);
    if (row === undefined) {
      row = create(item);
      known.set(key, row);
    }

    row.update(item);
    if (row.node === place) {
      place = place.nextElementSibling;
    } else {
      list.insertBefore(row.node, place);
    }
  }
}

/** Rebuilds a part of the page only when the data behind it changed. */
export function renderWhenChanged(node, data, build) {
  const text = JSON.stringify(data);
  if (node.guardianData !== text) {
    node.guardianData = text;
    node.replaceChildren(...build(data));
  }
}

/** Says something to screen readers without moving the focus. */
export function announce(text) {
  setText(byId('announcer'), text);
}
