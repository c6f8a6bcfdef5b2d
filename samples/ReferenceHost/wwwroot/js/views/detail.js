// One event: why it was raised, what is stored of it, and the viewer for its frames and its clip.

import { ApiError } from '../api.js';
import { byId, el, renderWhenChanged, svg } from '../dom.js';
import {
  anomalyWords, bytes, figure, fullTime, humanise, points, severityOf, severityWords, stageWords, statusWords,
} from '../words.js';
import { Viewer } from './viewer.js';

const SmallestScale = 10;

export class Detail {
  #api;
  #vault;
  #cameraName;
  #id = null;
  #parts = null;

  constructor(api, vault, cameraName) {
    this.#api = api;
    this.#vault = vault;
    this.#cameraName = cameraName;
  }

  get id() {
    return this.#id;
  }

  /** Shows an event, or none. What was opened of the event before is forgotten. */
  show(id) {
    if (id === this.#id) {
      return;
    }

    this.#parts?.viewer.dispose();
    this.#parts = null;
    this.#id = id;
    byId('detail-body').replaceChildren();
    byId('detail-body').hidden = true;
    byId('detail-empty').hidden = id !== null;
    byId('detail').scrollTop = 0;
  }

  async refresh(signal) {
    const id = this.#id;
    if (id === null) {
      return;
    }

    try {
      const detail = await this.#api.event(id, signal);
      if (id === this.#id) {
        this.#render(detail);
      }
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== 'refused') {
        throw error;
      }

      if (id === this.#id) {
        this.#showMissing(error);
      }
    }
  }

  #render(detail) {
    const isNew = this.#parts === null;
    this.#parts ??= this.#build();
    const { head, reasons, viewer, objects, facts } = this.#parts;
    const { event } = detail;
    renderWhenChanged(head, [event, this.#cameraName(event.camera_id)], ([e, camera]) => headOf(e, camera));
    renderWhenChanged(reasons, event.verdict, reasonsOf);
    renderWhenChanged(objects, detail.objects, objectsOf);
    renderWhenChanged(facts, [event, detail.metadata], ([e, metadata]) => factsOf(e, metadata));
    viewer.show(detail);

    // In a narrow window the event takes the place of the list, and of the focus that was on it.
    if (isNew && !byId('event-list').checkVisibility()) {
      byId('detail-title').focus();
    }
  }

  #build() {
    const head = el('header', { class: 'detail-head' });
    const reasons = el('section', { class: 'reasons', 'aria-label': 'Reasons' });
    const viewer = new Viewer(this.#api, this.#vault);
    const objects = el('section', { class: 'objects', 'aria-label': 'Stored objects' });
    const facts = el('section', { class: 'facts', 'aria-label': 'Facts' });
    const body = byId('detail-body');
    body.replaceChildren(
      el('a', { class: 'back', href: '#/events' }, '← All events'),
      head,
      el('div', { class: 'detail-grid' }, viewer.node, reasons),
      objects,
      facts);
    body.hidden = false;
    byId('detail-empty').hidden = true;
    return { head, reasons, viewer, objects, facts };
  }

  #showMissing(error) {
    this.#parts?.viewer.dispose();
    this.#parts = null;
    byId('detail-body').hidden = false;
    byId('detail-empty').hidden = true;
    byId('detail-body').replaceChildren(
      el('a', { class: 'back', href: '#/events' }, '← All events'),
      el('div', { class: 'empty' }, el('p', {}, el('strong', {}, 'This event cannot be shown.')), el('p', {}, error.message)));
  }
}

function headOf(event, camera) {
  const level = severityOf(event);
  const { verdict } = event;
  return [
    el(
      'div', { class: 'detail-title' },
      el('span', { class: 'severity', 'data-severity': level }, severityWords(level)),
      el('h2', { id: 'detail-title', tabindex: '-1' }, verdict ? anomalyWords(verdict.anomaly_type) : 'Waits for analysis')),
    el(
      'p', { class: 'fine' },
      `${camera} · `, el('time', { datetime: event.occurred_at }, fullTime(event.occurred_at)), ` · ${stageWords(event.stage)}`),
    verdict
      ? el(
        'p', { class: 'detail-score', 'data-severity': level },
        el('span', { class: 'figure' }, figure(Math.round(verdict.score))), el('span', { class: 'fine' }, 'of 100'))
      : null,
  ].filter((part) => part !== null);
}

/** Factors with points get a bar on a common scale; the others are statements. */
function reasonsOf(verdict) {
  const title = el('h3', {}, 'Why');
  if (!verdict) {
    return [title, el('p', { class: 'fine' }, 'The node has not judged this event yet. Reasons appear here as soon as it has.')];
  }

  const scale = Math.max(SmallestScale, ...verdict.reasons.map((r) => Math.abs(r.points)));
  const rows = verdict.reasons.map((reason) => el(
    'li', { class: reason.points === 0 ? 'reason statement' : 'reason', 'data-factor': reason.factor },
    el('span', { class: 'factor' }, humanise(reason.factor)),
    reason.points === 0 ? null : el('span', { class: 'reason-points' }, points(reason.points)),
    el('span', { class: 'reason-text' }, reason.text),
    reason.points === 0 ? null : bar(reason.points, scale)));
  return rows.length === 0
    ? [title, el('p', { class: 'fine' }, 'The verdict gives no reasons.')]
    : [title, el('ol', { class: 'reason-list' }, ...rows)];
}

function bar(value, scale) {
  const width = (100 * Math.abs(value)) / scale;
  const sign = value < 0 ? 'minus' : 'plus';
  return svg(
    'svg', { class: 'bar', viewBox: '0 0 100 4', preserveAspectRatio: 'none', 'aria-hidden': 'true', 'data-sign': sign },
    svg('rect', { class: 'bar-ground', width: 100, height: 4 }),
    svg('rect', { class: 'bar-value', width, height: 4 }));
}

function objectsOf(objects) {
  const title = el('h3', {}, 'Stored, sealed');
  if (objects.length === 0) {
    return [
      title,
      el('p', { class: 'fine' }, 'Nothing of this event is stored yet. The clip comes from the edge; frames are sealed after the verdict.'),
    ];
  }

  const rows = objects.map((o) => el(
    'tr', {},
    el('th', { scope: 'row' }, o.name),
    el(
      'td', {}, el('span', { class: 'state', 'data-state': o.status }, statusWords(o.status)),
      o.last_error ? el('span', { class: 'object-error' }, o.last_error) : null),
    el('td', { class: 'number' }, bytes(o.size)),
    el('td', {}, fullTime(o.archived_at)),
    el('td', { class: 'code', title: `${o.bucket}/${o.key}` }, o.bucket),
    el('td', { class: 'code', title: o.sha256 }, o.sha256.slice(0, 12))));
  const heads = ['Object', 'Status', 'Size', 'Archived', 'Bucket', 'SHA-256']
    .map((text) => el('th', { scope: 'col', class: text === 'Size' ? 'number' : null }, text));
  return [
    title,
    el(
      'div', { class: 'table-frame', role: 'region', 'aria-label': 'Stored objects', tabindex: '0' },
      el('table', {}, el('thead', {}, el('tr', {}, ...heads)), el('tbody', {}, ...rows))),
  ];
}

function factsOf(event, metadata) {
  const facts = [
    ['Event', event.id],
    ['Edge', event.edge_id],
    ['Type', humanise(event.type)],
    ['Received', fullTime(event.received_at)],
    ['Model', event.model_id || '–'],
    ['Model score', `${figure(event.anomaly_score)} (threshold ${figure(event.anomaly_threshold)})`],
    ['Edge confidence', `${Math.round(event.confidence * 100)} %`],
    ...Object.entries(metadata ?? {}).map(([name, value]) => [humanise(name), value]),
  ];
  return [
    el('h3', {}, 'Facts'),
    el('dl', {}, ...facts.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value)))),
  ];
}
