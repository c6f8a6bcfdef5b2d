// Models and edges.

import { byId, el, reconcile, renderWhenChanged } from '../dom.js';
import { ago, bytes, figure, fullTime, humanise } from '../words.js';

/** An edge that was silent for longer is shown as such: it beats far more often. */
const SilentAfter = 120_000;

export function showModels(models, cameraName) {
  showTable('model', models, (m) => [m, cameraName(m.camera_id)], ([m, camera]) => [
    el('th', { scope: 'row' }, el('span', {}, m.name), el('span', { class: 'fine code' }, m.id)),
    el('td', {}, camera),
    el('td', {}, m.version),
    el('td', {}, el('span', { class: 'state', 'data-state': m.status }, humanise(m.status))),
    el('td', {}, fullTime(m.created_at)),
    el('td', { class: 'number' }, String(m.training_images)),
    el('td', { class: 'number' }, figure(m.threshold)),
    el('td', { class: 'number' }, figure(m.validation_error)),
    el('td', { class: 'number' }, bytes(m.size_bytes)),
    el('td', { class: 'code', title: m.sha256 }, m.sha256.slice(0, 12)),
  ]);
  showEmpty(
    'models', models, 'No models yet.',
    'The node trains one for each camera as soon as enough labelled snapshots are here; “Cameras” shows how far each is.');
}

export function showEdges(edges) {
  const now = Date.now();
  showTable('edge', edges, (e) => [e, presenceOf(e, now), ago(e.last_seen_at, now)], ([e, presence, seen]) => [
    el('th', { scope: 'row' }, el('span', {}, e.name), el('span', { class: 'fine code' }, e.id)),
    el('td', {}, el('span', { class: 'state', 'data-state': e.state }, humanise(e.state))),
    el('td', { title: fullTime(e.last_seen_at) }, el('span', { class: 'presence', 'data-presence': presence }, seen)),
    el('td', {}, fullTime(e.enrolled_at)),
    el('td', {}, fullTime(e.certificate_expires_at)),
    el('td', {}, e.software || '–'),
  ]);
  showEmpty(
    'edges', edges, 'No edges yet.',
    'Make an enrolment bundle on the node with “edge add NAME --out bundle.txt” and give it to the edge.');
}

function presenceOf(edge, now) {
  if (edge.state !== 'active' || !edge.last_seen_at) {
    return 'none';
  }

  return now - Date.parse(edge.last_seen_at) > SilentAfter ? 'silent' : 'here';
}

function showTable(name, items, dataOf, cellsOf) {
  reconcile(byId(`${name}-rows`), items, (item) => item.id, () => {
    const node = el('tr', {});
    return { node, update: (item) => renderWhenChanged(node, dataOf(item), cellsOf) };
  });
}

function showEmpty(name, items, title, advice) {
  byId(`${name}-frame`).hidden = items.length === 0;
  byId(`${name}-empty`).hidden = items.length > 0;
  renderWhenChanged(byId(`${name}-empty`), 'none', () => [el('p', {}, el('strong', {}, title)), el('p', {}, advice)]);
}
